import { lazy, Suspense } from "react";
import type { ChartOption } from "./chart_canvas";

const Canvas = lazy(() => import("./chart_canvas"));

/** A picture beside a table that holds the same figures; the library is fetched only when one is shown. */
export function Chart({
  option,
  label,
  height = 260,
}: {
  option: ChartOption;
  label: string;
  height?: number;
}) {
  return (
    <figure className="chart">
      <figcaption className="faint">{label}</figcaption>
      <Suspense fallback={<div style={{ height }} />}>
        <Canvas option={option} label={label} height={height} />
      </Suspense>
    </figure>
  );
}
