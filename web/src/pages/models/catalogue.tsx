import { Input, Select, Table, Tag } from "antd";
import { useMemo, useState } from "react";
import type { CatalogueModel } from "../../api/machine";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { Plain } from "../../parts/plain";
import { ModelDetails } from "./details";
import { filterCatalogue, kNoFilter, type CatalogueFilter } from "./filter";

const kCommercialColour = { yes: "success", "with conditions": "warning", no: "error", unknown: "default" };

function Filters(props: {
  items: CatalogueModel[];
  filter: CatalogueFilter;
  onChange: (filter: CatalogueFilter) => void;
}) {
  const { models } = useText();
  const { filter, onChange } = props;
  const countries = useMemo(
    () => [...new Set(props.items.map((model) => model.country))].sort(),
    [props.items],
  );
  const choice = <T extends string>(
    label: string,
    value: T[],
    names: Record<T, string>,
    change: (value: T[]) => void,
  ) => (
    <Select
      mode="multiple"
      className="catalogue-filter"
      maxTagCount="responsive"
      placeholder={label}
      aria-label={label}
      value={value}
      onChange={change}
      options={(Object.keys(names) as T[]).map((key) => ({ value: key, label: names[key] }))}
    />
  );
  return (
    <div className="row">
      <Input.Search
        allowClear
        className="catalogue-filter"
        maxLength={100}
        placeholder={models.search}
        aria-label={models.search}
        value={filter.words}
        onChange={(event) => onChange({ ...filter, words: event.target.value })}
      />
      {choice(models.filters.size, filter.sizes, models.sizes, (sizes) => onChange({ ...filter, sizes }))}
      {choice(models.filters.access, filter.access, models.access, (access) =>
        onChange({ ...filter, access }),
      )}
      {choice(models.filters.commercial, filter.commercial, models.commercial, (commercial) =>
        onChange({ ...filter, commercial }),
      )}
      {choice(
        models.filters.country,
        filter.countries,
        Object.fromEntries(countries.map((one) => [one, one])),
        (chosen) => onChange({ ...filter, countries: chosen }),
      )}
    </div>
  );
}

export function Catalogue() {
  const { models } = useText();
  const format = useFormat();
  const api = useApi();
  const [filter, setFilter] = useState(kNoFilter);
  const [shown, setShown] = useState<CatalogueModel | null>(null);
  const loaded = useLoad("catalogue", (signal) => api.machine.catalogue(signal));
  return (
    <Load of={loaded}>
      {({ items }) => {
        const found = filterCatalogue(items, filter);
        return (
          <div className="stack">
            <Filters items={items} filter={filter} onChange={setFilter} />
            <p className="faint" role="status">
              {models.count(format.count(found.length))}
            </p>
            <Table<CatalogueModel>
              size="small"
              rowKey="id"
              dataSource={found}
              scroll={{ x: 820 }}
              pagination={{ defaultPageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
              columns={[
                {
                  title: models.columns.model,
                  sorter: (a, b) => a.name.localeCompare(b.name),
                  render: (_, model) => (
                    <>
                      <button type="button" className="linklike" onClick={() => setShown(model)}>
                        <Plain text={model.name} />
                      </button>
                      <div className="faint">
                        <Plain text={model.maker} />
                      </div>
                    </>
                  ),
                },
                {
                  title: models.columns.parameters,
                  sorter: (a, b) => (a.parameters ?? 0) - (b.parameters ?? 0),
                  render: (_, model) => (
                    <>
                      {model.parameters ? format.parameters(model.parameters) : "–"}
                      {model.active_parameters && (
                        <div className="faint">
                          {models.active(format.parameters(model.active_parameters))}
                        </div>
                      )}
                    </>
                  ),
                },
                {
                  title: models.columns.context,
                  sorter: (a, b) => (a.context_tokens ?? 0) - (b.context_tokens ?? 0),
                  render: (_, model) => (model.context_tokens ? format.count(model.context_tokens) : "–"),
                },
                {
                  title: models.columns.released,
                  sorter: (a, b) => a.released.localeCompare(b.released),
                  defaultSortOrder: "descend",
                  className: "nowrap",
                  dataIndex: "released",
                },
                { title: models.columns.licence, render: (_, model) => <Plain text={model.licence} /> },
                {
                  title: models.columns.commercial,
                  render: (_, { commercial }) => (
                    <Tag color={kCommercialColour[commercial]}>{models.commercial[commercial]}</Tag>
                  ),
                },
              ]}
            />
            {shown && <ModelDetails model={shown} onClose={() => setShown(null)} />}
          </div>
        );
      }}
    </Load>
  );
}
