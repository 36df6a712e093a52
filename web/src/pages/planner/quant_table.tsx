import { Table, Tooltip } from "antd";
import type { Band, Plan, QuantPlan } from "../../api/plan_types";
import { useFormat, useText } from "../../lang/language";

export function QuantTable(props: { plan: Plan; chosen: string; onChoose: (name: string) => void }) {
  const { planner } = useText();
  const format = useFormat();
  const speed = (band: Band | undefined) =>
    band ? (
      <>
        {format.decimal(band.value)}{" "}
        <span className="faint nowrap">
          ({planner.band(format.decimal(band.low), format.decimal(band.high))})
        </span>
      </>
    ) : (
      "–"
    );
  const columns = planner.quantColumns;
  return (
    <Table<QuantPlan>
      size="small"
      rowKey="quantization"
      pagination={false}
      scroll={{ x: 640 }}
      dataSource={props.plan.plans}
      rowClassName={(row) => (row.quantization === props.chosen ? "quant-chosen" : "")}
      columns={[
        {
          title: columns.name,
          render: (_, { quantization }) => (
            <button
              type="button"
              className="linklike"
              aria-label={planner.use(quantization)}
              aria-pressed={quantization === props.chosen}
              onClick={() => props.onChoose(quantization)}
            >
              {quantization}
            </button>
          ),
        },
        { title: columns.file, align: "right", render: (_, row) => format.bytes(row.file_bytes) },
        { title: columns.memory, align: "right", render: (_, row) => format.gib(row.memory_bytes) },
        { title: columns.where, render: (_, row) => planner.where[row.runs_on] },
        { title: columns.writes, align: "right", render: (_, row) => speed(row.decode_tokens_per_second) },
        { title: columns.reads, align: "right", render: (_, row) => speed(row.prefill_tokens_per_second) },
        {
          title: <Tooltip title={planner.lossHint}>{columns.loss}</Tooltip>,
          align: "right",
          render: (_, { perplexity_rise_percent: loss }) =>
            loss === undefined ? "–" : loss === 0 ? planner.lossless : `+${format.decimal(loss)}%`,
        },
      ]}
    />
  );
}
