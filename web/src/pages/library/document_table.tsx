import { InboxOutlined } from "@ant-design/icons";
import { Button, Input, List, Skeleton } from "antd";
import { useCallback, useEffect, useState } from "react";
import type { ApiError } from "../../api/error";
import type { Collection, Document } from "../../api/library";
import { useApi } from "../../app/session";
import { useText } from "../../lang/language";
import { ErrorView } from "../../parts/error_view";
import { asApiError } from "../../parts/load";
import { EmptyState } from "../../parts/page";
import { DocumentRow } from "./document_row";

const kTypingMs = 250;
// Of any script: the server takes 200 bytes.
const kWordsChars = 66;

/** Pages of a list that grows by its cursor; a change of the filter or of the library begins anew. */
function useDocuments(collection: number, q: string, version: string) {
  const api = useApi();
  const [items, setItems] = useState<Document[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [round, setRound] = useState(0);

  useEffect(() => {
    const abort = new AbortController();
    api.library
      .documents(collection, q, null, abort.signal)
      .then((page) => {
        setItems(page.items);
        setNext(page.next);
        setError(null);
      })
      .catch((thrown: unknown) => {
        if (!abort.signal.aborted) setError(asApiError(thrown));
      });
    return () => abort.abort();
  }, [api, collection, q, version, round]);

  const more = useCallback(async () => {
    if (next === null) return;
    try {
      const page = await api.library.documents(collection, q, next);
      setItems((old) => [...(old ?? []), ...page.items]);
      setNext(page.next);
    } catch (thrown) {
      setError(asApiError(thrown));
    }
  }, [api, collection, q, next]);
  return { items, next, error, more, reload: () => setRound((n) => n + 1) };
}

export function DocumentTable({ collection, version }: { collection: Collection; version: string }) {
  const { library, common } = useText();
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  const { items, next, error, more, reload } = useDocuments(collection.id, q, version);
  const mayWrite = collection.right !== "read";
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.trim()), kTypingMs);
    return () => clearTimeout(timer);
  }, [typed]);

  if (error) return <ErrorView error={error} onRetry={reload} />;
  if (!items) return <Skeleton active />;
  if (items.length === 0 && q === "") {
    return (
      <EmptyState icon={<InboxOutlined />} title={mayWrite ? library.noDocuments : library.noDocumentsReader}>
        {mayWrite && library.noDocumentsHint}
      </EmptyState>
    );
  }
  return (
    <>
      <Input.Search
        allowClear
        className="document-filter"
        value={typed}
        maxLength={kWordsChars}
        placeholder={library.filter}
        aria-label={library.filter}
        onChange={(event) => setTyped(event.target.value)}
      />
      <List
        className="documents"
        dataSource={items}
        rowKey="id"
        locale={{ emptyText: library.nothingFits }}
        renderItem={(document) => <DocumentRow document={document} mayWrite={mayWrite} onChanged={reload} />}
        loadMore={next !== null && <Button onClick={() => void more()}>{common.more}</Button>}
      />
    </>
  );
}
