import { Empty, Select, Tooltip } from "antd";
import { useMemo, useState } from "react";
import type { Gpu } from "../../api/machine";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { Chart } from "../../parts/chart";
import type { ChartOption } from "../../parts/chart_canvas";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { Plain } from "../../parts/plain";
import { oneLine } from "../../text/printable";

const kMost = 5;

function useRows(): { label: string; fact: string; show: (value: number) => string; bar: boolean }[] {
  const { planner } = useText();
  const format = useFormat();
  const names = planner.cardColumns;
  const tera = (value: number) => `${format.decimal(value / 1e12)} T`;
  return [
    { label: names.memory, fact: "memory_bytes", show: format.gib, bar: true },
    {
      label: names.bandwidth,
      fact: "bandwidth_bytes_per_s",
      show: (v) => `${format.count(v / 1e9)} GB/s`,
      bar: true,
    },
    { label: names.fp16, fact: "fp16_flops", show: tera, bar: true },
    { label: names.int8, fact: "int8_ops", show: tera, bar: true },
    { label: names.watts, fact: "watts", show: (v) => `${format.count(v)} W`, bar: true },
    { label: names.price, fact: "price_usd", show: format.money, bar: true },
    { label: names.year, fact: "year", show: String, bar: false },
  ];
}

function Comparison({ cards }: { cards: Gpu[] }) {
  const { planner } = useText();
  const rows = useRows();
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that the keyboard can scroll it
    <div className="scroll-x" tabIndex={0}>
      <table className="compare">
        <thead>
          <tr>
            <td />
            {cards.map((card) => (
              <th key={card.name} scope="col">
                <Plain text={card.name} />
                <div className="faint">
                  <Plain text={card.architecture} />
                </div>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, fact, show, bar }) => {
            const most = Math.max(...cards.map((card) => card.facts[fact]?.value ?? 0));
            return (
              <tr key={fact}>
                <th scope="row">{label}</th>
                {cards.map((card) => {
                  const known = card.facts[fact];
                  return (
                    <td key={card.name}>
                      {known ? show(known.value) : "–"}
                      {known && !known.checked && (
                        <Tooltip title={planner.unchecked}>
                          <span aria-label={planner.unchecked}> ?</span>
                        </Tooltip>
                      )}
                      {known && bar && most > 0 && (
                        <div className="compare-bar" aria-hidden="true">
                          <div style={{ width: `${(100 * known.value) / most}%` }} />
                        </div>
                      )}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function CardChart({ all, chosen }: { all: Gpu[]; chosen: Gpu[] }) {
  const { planner } = useText();
  const option = useMemo<ChartOption>(() => {
    const points = (cards: Gpu[]) =>
      cards
        .filter((card) => card.facts["memory_bytes"] && card.facts["bandwidth_bytes_per_s"])
        .map((card) => ({
          name: card.name,
          value: [
            Math.round((card.facts["memory_bytes"]?.value ?? 0) / 2 ** 30),
            Math.round((card.facts["bandwidth_bytes_per_s"]?.value ?? 0) / 1e9),
          ],
        }));
    return {
      grid: { left: 56, right: 24, top: 32, bottom: 44 },
      xAxis: { type: "value", name: "GiB", nameLocation: "middle", nameGap: 28 },
      yAxis: { type: "value", name: "GB/s" },
      tooltip: { renderMode: "richText", trigger: "item", formatter: "{b}" },
      series: [
        { type: "scatter", symbolSize: 6, itemStyle: { opacity: 0.35 }, data: points(all) },
        { type: "scatter", symbolSize: 15, data: points(chosen) },
      ],
    };
  }, [all, chosen]);
  return <Chart option={option} label={planner.cardChart} height={320} />;
}

export default function ComparePane() {
  const { planner } = useText();
  const api = useApi();
  const [names, setNames] = useState<string[]>([]);
  const loaded = useLoad("gpus", (signal) => api.machine.gpus(signal));
  return (
    <Load of={loaded}>
      {({ items }) => {
        const cards = names
          .map((name) => items.find((one) => one.name === name))
          .filter((one) => one !== undefined);
        return (
          <div className="stack">
            <label htmlFor="cards">{planner.chooseCards}</label>
            <Select
              id="cards"
              mode="multiple"
              className="wide-input"
              maxCount={kMost}
              value={names}
              placeholder={planner.chooseCardsHint}
              options={items.map((one) => ({ value: one.name, label: oneLine(one.name) }))}
              onChange={setNames}
            />
            {cards.length < 2 ? (
              <Empty description={planner.chooseCardsHint} />
            ) : (
              <Comparison cards={cards} />
            )}
            <p className="faint">{planner.bandwidthHint}</p>
            <CardChart all={items} chosen={cards} />
          </div>
        );
      }}
    </Load>
  );
}
