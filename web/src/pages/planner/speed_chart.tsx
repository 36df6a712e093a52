import { useMemo } from "react";
import type { CustomSeriesRenderItem } from "echarts";
import type { QuantPlan } from "../../api/plan_types";
import { useFormat, useText } from "../../lang/language";
import { Chart } from "../../parts/chart";
import type { ChartOption } from "../../parts/chart_canvas";

/** A vertical line from low to high over each bar. */
const drawBand: CustomSeriesRenderItem = (_, api) => {
  const top = api.coord([api.value(0), api.value(2)]);
  const bottom = api.coord([api.value(0), api.value(1)]);
  const style = { stroke: "#888", lineWidth: 2 };
  const line = (x1: number, y1: number, x2: number, y2: number) => ({
    type: "line" as const,
    shape: { x1, y1, x2, y2 },
    style,
  });
  const [x = 0, high = 0] = top;
  const low = bottom[1] ?? 0;
  return {
    type: "group",
    children: [line(x, high, x, low), line(x - 5, high, x + 5, high), line(x - 5, low, x + 5, low)],
  };
};

export function SpeedChart({ plans }: { plans: QuantPlan[] }) {
  const { planner } = useText();
  const format = useFormat();
  const option = useMemo<ChartOption>(() => {
    const known = plans.filter((plan) => plan.decode_tokens_per_second);
    const round = (value: number) => format.decimal(value);
    return {
      grid: { left: 48, right: 12, top: 16, bottom: 28 },
      xAxis: { type: "category", data: known.map((plan) => plan.quantization) },
      yAxis: { type: "value" },
      tooltip: {
        renderMode: "richText",
        trigger: "axis",
        valueFormatter: (value) => (typeof value === "number" ? round(value) : ""),
      },
      series: [
        {
          type: "bar",
          barMaxWidth: 34,
          data: known.map((plan) => plan.decode_tokens_per_second?.value ?? 0),
        },
        {
          type: "custom",
          renderItem: drawBand,
          tooltip: { show: false },
          z: 3,
          data: known.map((plan, at) => [
            at,
            plan.decode_tokens_per_second?.low ?? 0,
            plan.decode_tokens_per_second?.high ?? 0,
          ]),
        },
      ],
    };
  }, [plans, format]);
  return <Chart option={option} label={planner.speedChart} />;
}
