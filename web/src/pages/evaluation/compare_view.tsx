import { List, Table } from "antd";
import type { RunItem } from "../../api/evaluation";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { Plain } from "../../parts/plain";
import { compareItems, pairMeasures } from "./compare";
import { useMeasureName } from "./measure_name";
import { Interval } from "./measures_table";
import { ItemView } from "./run_view";
import "./evaluation.css";

function Changed({ title, pairs }: { title: string; pairs: { before: RunItem; after: RunItem }[] }) {
  return (
    <section>
      <h2>{title}</h2>
      {pairs.length > 0 && (
        <List
          dataSource={pairs}
          pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
          renderItem={({ before, after }) => (
            <List.Item>
              <div className="run-pair">
                <ItemView item={before} />
                <ItemView item={after} />
              </div>
            </List.Item>
          )}
        />
      )}
    </section>
  );
}

export function CompareView({ first, second }: { first: number; second: number }) {
  const { evaluation } = useText();
  const format = useFormat();
  const nameOf = useMeasureName();
  const api = useApi();
  const loaded = useLoad(`compare ${first} ${second}`, (signal) =>
    Promise.all([api.evaluation.run(first, signal), api.evaluation.run(second, signal)]),
  );
  return (
    <Load of={loaded}>
      {([before, after]) => {
        const { won, lost, same } = compareItems(before.items, after.items);
        const show = (value: number) => format.percent(value, 1);
        return (
          <div className="stack">
            <Table
              size="small"
              rowKey="name"
              pagination={false}
              scroll={{ x: 620 }}
              dataSource={pairMeasures(before, after)}
              columns={[
                { title: evaluation.measures, render: (_, pair) => <Plain text={nameOf(pair.name)} /> },
                ...([before, after] as const).map((run, at) => ({
                  title: <Plain text={run.name} />,
                  render: (_: unknown, pair: ReturnType<typeof pairMeasures>[number]) => {
                    const measure = at === 0 ? pair.before : pair.after;
                    return (
                      <>
                        {show(measure.value)}{" "}
                        <span className="faint nowrap">
                          {show(measure.low)} – {show(measure.high)}
                        </span>
                        <Interval measure={measure} />
                      </>
                    );
                  },
                })),
                {
                  title: evaluation.difference,
                  align: "right",
                  render: (_, pair) => {
                    const change = pair.after.value - pair.before.value;
                    return `${change > 0 ? "+" : ""}${show(change)}`;
                  },
                },
              ]}
            />
            <p className="faint">{evaluation.measureHint}</p>
            <Changed title={evaluation.lost(lost.length)} pairs={lost} />
            <Changed title={evaluation.won(won.length)} pairs={won} />
            <p className="faint">{evaluation.same(format.count(same))}</p>
          </div>
        );
      }}
    </Load>
  );
}
