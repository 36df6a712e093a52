import { Collapse, Empty, InputNumber, Table } from "antd";
import { useMemo, useState } from "react";
import type { Purchase } from "../../api/plan_types";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { Chart } from "../../parts/chart";
import type { ChartOption } from "../../parts/chart_canvas";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { Plain } from "../../parts/plain";
import { Notes } from "./notes";

const nameOf = (one: Purchase) => (one.count > 1 ? `${one.count} × ${one.gpu}` : one.gpu);

function Bought({ items }: { items: Purchase[] }) {
  const { planner } = useText();
  const format = useFormat();
  const option = useMemo<ChartOption>(
    () => ({
      grid: { left: 56, right: 24, top: 28, bottom: 44 },
      xAxis: {
        type: "value",
        name: planner.buyColumns.price,
        nameLocation: "middle",
        nameGap: 28,
        scale: true,
      },
      yAxis: { type: "value", name: planner.perSecond },
      series: [
        {
          type: "scatter",
          symbolSize: 11,
          data: items.map((one) => ({
            name: nameOf(one),
            value: [one.price_usd, one.decode_tokens_per_second.value],
          })),
        },
      ],
      tooltip: { renderMode: "richText", trigger: "item", formatter: "{b}" },
    }),
    [items, planner],
  );
  return (
    <>
      <Table<Purchase>
        size="small"
        rowKey={nameOf}
        dataSource={items}
        scroll={{ x: 520 }}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        columns={[
          { title: planner.buyColumns.card, render: (_, one) => <Plain text={nameOf(one)} /> },
          {
            title: planner.buyColumns.price,
            align: "right",
            render: (_, one) => `${format.money(one.price_usd)}${one.price_checked ? "" : " ?"}`,
          },
          { title: planner.buyColumns.precision, dataIndex: "quantization" },
          {
            title: planner.buyColumns.writes,
            align: "right",
            render: (_, one) => format.decimal(one.decode_tokens_per_second.value),
          },
          {
            title: planner.buyColumns.reads,
            align: "right",
            render: (_, one) => format.decimal(one.prefill_tokens_per_second.value),
          },
        ]}
      />
      <Chart option={option} label={planner.buyChart} />
    </>
  );
}

function Purchases(props: { model: string; context: number; users: number }) {
  const { planner } = useText();
  const api = useApi();
  const [budget, setBudget] = useState<number | null>(null);
  const request = { ...props, budget };
  const loaded = useLoad(JSON.stringify(request), (signal) => api.machine.purchases(request, signal));
  return (
    <div className="stack">
      <label className="row">
        {planner.budget}
        <InputNumber
          min={0}
          max={10_000_000}
          precision={0}
          step={100}
          value={budget}
          placeholder={planner.budgetHint}
          onChange={setBudget}
        />
      </label>
      <Load of={loaded}>
        {({ purchases, notes }) => (
          <>
            {purchases.length === 0 ? <Empty description={planner.buyNone} /> : <Bought items={purchases} />}
            <Notes notes={notes} />
          </>
        )}
      </Load>
    </div>
  );
}

/** Worked out only when somebody opens it: the server compares every card of the catalogue. */
export function BuyList(props: { model: string; context: number; users: number }) {
  const { planner } = useText();
  return (
    <Collapse
      destroyOnHidden
      items={[{ key: "buy", label: planner.buyTitle, children: <Purchases {...props} /> }]}
    />
  );
}
