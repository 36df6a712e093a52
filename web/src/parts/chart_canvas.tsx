import {
  BarChart,
  CustomChart,
  ScatterChart,
  type BarSeriesOption,
  type CustomSeriesOption,
  type ScatterSeriesOption,
} from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  TooltipComponent,
  type GridComponentOption,
  type LegendComponentOption,
  type TooltipComponentOption,
} from "echarts/components";
import { init, use as register, type ComposeOption, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useLook } from "../app/theme";

register([
  BarChart,
  CustomChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  CanvasRenderer,
]);

export type ChartOption = ComposeOption<
  | BarSeriesOption
  | CustomSeriesOption
  | ScatterSeriesOption
  | GridComponentOption
  | LegendComponentOption
  | TooltipComponentOption
>;

export default function ChartCanvas({
  option,
  label,
  height,
}: {
  option: ChartOption;
  label: string;
  height: number;
}) {
  const { dark } = useLook();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  useEffect(() => {
    if (!box.current) return;
    const drawn = (chart.current = init(box.current, dark ? "dark" : undefined));
    const observer = new ResizeObserver(() => drawn.resize());
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      drawn.dispose();
      chart.current = null;
    };
  }, [dark]);
  useEffect(() => {
    // Rich text is drawn, not inserted: the policy of the page allows no inline styles, and names are never markup.
    chart.current?.setOption(
      {
        backgroundColor: "transparent",
        animation: false,
        color: dark
          ? ["#3fa7a0", "#e0b34d", "#8aa4e8", "#d98880"]
          : ["#0b6e6e", "#b07d12", "#3f5fb5", "#a94438"],
        tooltip: { renderMode: "richText" },
        ...option,
      },
      true,
    );
  }, [option, dark]);
  return <div ref={box} style={{ height }} role="img" aria-label={label} />;
}
