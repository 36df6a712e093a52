import { Button, Table, Tag } from "antd";
import { useState } from "react";
import type { Run } from "../../api/evaluation";
import { Link, navigate } from "../../app/router";
import { useFormat, useText } from "../../lang/language";
import { Plain } from "../../parts/plain";
import { oneLine } from "../../text/printable";
import { useMeasureName } from "./measure_name";

const kStateColour = { running: "processing", done: "success", failed: "error", cancelled: "default" };

export function RunTable({ items }: { items: Run[] }) {
  const { evaluation, common } = useText();
  const format = useFormat();
  const nameOf = useMeasureName();
  const [chosen, setChosen] = useState<number[]>([]);
  const [first, second] = chosen.map((id) => items.find((run) => run.id === id));
  const comparable = chosen.length === 2 && first?.kind === second?.kind;
  const columns = evaluation.columns;
  return (
    <div className="stack">
      <div className="row">
        <Button
          disabled={!comparable}
          onClick={() => navigate(`/evaluation/${Math.min(...chosen)}?with=${Math.max(...chosen)}`)}
        >
          {evaluation.compare}
        </Button>
        <span className="faint">{evaluation.compareHint}</span>
      </div>
      <Table<Run>
        rowKey="id"
        dataSource={items}
        scroll={{ x: 760 }}
        pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
        rowSelection={{
          selectedRowKeys: chosen,
          hideSelectAll: true,
          columnTitle: <span className="only-heard">{evaluation.compare}</span>,
          onChange: (keys) => setChosen((keys as number[]).slice(-2)),
          getCheckboxProps: (run) =>
            ({
              disabled: run.state !== "done",
              "aria-label": evaluation.select(oneLine(run.name)),
            }) as object,
        }}
        columns={[
          {
            title: columns.name,
            render: (_, run) => (
              <Link to={`/evaluation/${run.id}`}>
                <Plain text={run.name} />
              </Link>
            ),
          },
          { title: columns.kind, render: (_, run) => evaluation.kinds[run.kind] },
          { title: columns.questions, align: "right", render: (_, run) => format.count(run.questions) },
          { title: columns.started, render: (_, run) => format.time(run.started) },
          {
            title: columns.state,
            render: (_, run) => (
              <>
                <Tag color={kStateColour[run.state]}>{common.jobStates[run.state]}</Tag>
                {run.state === "failed" && (
                  <div className="faint">
                    <Plain text={run.message} />
                  </div>
                )}
              </>
            ),
          },
          {
            title: columns.result,
            render: (_, run) =>
              run.measures.slice(0, 2).map((measure) => (
                <div key={measure.name} className="nowrap">
                  <Plain text={nameOf(measure.name)} /> {format.percent(measure.value, 1)}
                </div>
              )),
          },
        ]}
      />
    </div>
  );
}
