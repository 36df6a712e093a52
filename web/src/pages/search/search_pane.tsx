import { FileSearchOutlined } from "@ant-design/icons";
import { Alert, Input, Select } from "antd";
import { useState } from "react";
import type { Collection } from "../../api/library";
import type { SearchMode } from "../../api/search";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { CollectionPicker } from "../../parts/collection_picker";
import { useLoad } from "../../parts/load";
import { EmptyState, Load } from "../../parts/page";
import { HitView } from "./hit";

const kHits = 20;

export function SearchPane({ collections }: { collections: Collection[] }) {
  const { search } = useText();
  const format = useFormat();
  const api = useApi();
  const [query, setQuery] = useState("");
  const [mode, setMode] = useState<SearchMode>("hybrid");
  const [chosen, setChosen] = useState<number[]>([]);
  const found = useLoad(query === "" ? null : JSON.stringify([query, mode, chosen]), (signal) =>
    api.search.search(query, mode, kHits, chosen, signal),
  );
  const modes = (Object.keys(search.modes) as SearchMode[]).map((value) => ({
    value,
    label: search.modes[value],
  }));
  return (
    <div className="stack">
      <Input.Search
        size="large"
        allowClear
        maxLength={1000}
        placeholder={search.placeholder}
        aria-label={search.label}
        enterButton={search.submit}
        loading={query !== "" && found.loading}
        onSearch={(text) => setQuery(text.trim())}
      />
      <div className="row">
        <Select
          size="small"
          value={mode}
          options={modes}
          popupMatchSelectWidth={false}
          aria-label={search.mode}
          onChange={setMode}
        />
        <CollectionPicker
          collections={collections}
          chosen={chosen}
          label={search.label}
          onChange={setChosen}
        />
      </div>
      {query === "" ? (
        <EmptyState icon={<FileSearchOutlined />} title={search.start}>
          {search.startHint}
        </EmptyState>
      ) : (
        <Load of={found}>
          {({ hits, dense_used, timings_ms }) => (
            <>
              {!dense_used && mode !== "text" && <Alert type="info" showIcon message={search.noDense} />}
              {hits.length === 0 ? (
                <EmptyState icon={<FileSearchOutlined />} title={search.nothing}>
                  {search.nothingHint}
                </EmptyState>
              ) : (
                <>
                  <p className="faint" role="status">
                    {search.hits(hits.length)} ·{" "}
                    {search.timings(format.decimal(timings_ms.text + timings_ms.embed + timings_ms.dense))}
                  </p>
                  <ol className="hits">
                    {hits.map((hit) => (
                      <HitView key={hit.chunk} hit={hit} />
                    ))}
                  </ol>
                </>
              )}
            </>
          )}
        </Load>
      )}
    </div>
  );
}
