import { Button, List } from "antd";
import type { Document } from "../../api/library";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { Load } from "../../parts/page";
import { usePages } from "../../parts/pages";
import { Plain } from "../../parts/plain";
import { useReader } from "../../reader/reader";

/** How a document was cut into the passages that are searched and read. */
export function Passages({ document, onOpen }: { document: Document; onOpen: () => void }) {
  const { library, search, common } = useText();
  const format = useFormat();
  const api = useApi();
  const { open } = useReader();
  const loaded = usePages(`chunks ${document.id} ${document.revision}`, (after, signal) =>
    api.library.chunks(document.id, document.revision, after, signal),
  );
  return (
    <Load of={loaded}>
      {({ items }) => (
        <>
          <List
            size="small"
            dataSource={items}
            rowKey="id"
            pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
            renderItem={(chunk) => (
              <List.Item>
                <button
                  type="button"
                  className="linklike"
                  onClick={() => {
                    onOpen();
                    open({
                      document: document.id,
                      revision: document.revision,
                      begin: chunk.begin,
                      end: chunk.end,
                      page: chunk.page_first,
                    });
                  }}
                >
                  {library.passage(chunk.ordinal + 1)}
                </button>
                <span className="faint">
                  <Plain text={chunk.heading} /> {chunk.page_first > 0 && search.page(chunk.page_first)} ·{" "}
                  {library.tokens(format.count(chunk.tokens))}
                </span>
              </List.Item>
            )}
          />
          {loaded.more && (
            <Button size="small" loading={loaded.busy} onClick={loaded.more}>
              {common.more}
            </Button>
          )}
        </>
      )}
    </Load>
  );
}
