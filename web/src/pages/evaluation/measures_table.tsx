import { Table } from "antd";
import type { Measure } from "../../api/evaluation";
import { useFormat, useText } from "../../lang/language";
import { Plain } from "../../parts/plain";
import { useMeasureName } from "./measure_name";

export function Interval({ measure }: { measure: Measure }) {
  const at = (share: number) => `${100 * Math.min(1, Math.max(0, share))}%`;
  return (
    <div className="interval" aria-hidden="true">
      <div
        className="interval-band"
        style={{ left: at(measure.low), width: at(measure.high - measure.low) }}
      />
      <div className="interval-value" style={{ left: at(measure.value) }} />
    </div>
  );
}

export function MeasuresTable({ measures }: { measures: Measure[] }) {
  const { evaluation } = useText();
  const format = useFormat();
  const nameOf = useMeasureName();
  return (
    <>
      <Table<Measure>
        size="small"
        rowKey="name"
        pagination={false}
        scroll={{ x: 520 }}
        dataSource={measures}
        columns={[
          { title: evaluation.measures, render: (_, one) => <Plain text={nameOf(one.name)} /> },
          {
            title: evaluation.value,
            align: "right",
            render: (_, one) => <strong>{format.percent(one.value, 1)}</strong>,
          },
          {
            title: evaluation.interval,
            render: (_, one) => (
              <>
                <span className="faint">
                  {format.percent(one.low, 1)} – {format.percent(one.high, 1)}
                </span>
                <Interval measure={one} />
              </>
            ),
          },
          { title: evaluation.n, align: "right", render: (_, one) => format.count(one.n) },
        ]}
      />
      <p className="faint">{evaluation.measureHint}</p>
    </>
  );
}
