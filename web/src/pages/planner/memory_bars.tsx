import { useFormat, useText } from "../../lang/language";
import { Plain } from "../../parts/plain";
import type { Bar, Part } from "./bars";

function Legend({ parts }: { parts: Part[] }) {
  const { planner } = useText();
  return (
    <ul className="legend" aria-hidden="true">
      {parts.map((part) => (
        <li key={part}>
          <span className={`swatch part-${part}`} /> {planner.parts[part]}
        </li>
      ))}
    </ul>
  );
}

function BarView({ bar }: { bar: Bar }) {
  const { planner, common } = useText();
  const format = useFormat();
  const said = bar.segments
    .map(({ part, bytes }) => `${planner.parts[part]} ${format.gib(bytes)}`)
    .join(", ");
  return (
    <div className="bar">
      <div className="bar-head">
        <strong>
          <Plain text={bar.name} />
        </strong>
        <span className={bar.over > 0 ? "bar-bad" : "faint"}>
          {planner.barOf(format.gib(bar.used), format.gib(bar.capacity))}
          {bar.over > 0 && ` · ${planner.barOver(format.gib(bar.over))}`}
        </span>
      </div>
      <div className="bar-track" role="img" aria-label={`${bar.name}: ${said}`}>
        {bar.segments.map(({ part, share, bytes }) => (
          <div
            key={part}
            className={`bar-part part-${part}`}
            style={{ width: `${100 * share}%` }}
            title={`${planner.parts[part]}${common.colon}${format.gib(bytes)}`}
          />
        ))}
        {bar.over > 0 && <div className="bar-edge" style={{ left: `${100 * bar.edge}%` }} />}
      </div>
    </div>
  );
}

export function MemoryBars({ bars }: { bars: Bar[] }) {
  const parts = [...new Set(bars.flatMap((bar) => bar.segments.map(({ part }) => part)))];
  return (
    <div className="bars">
      {bars.map((bar, at) => (
        <BarView key={at} bar={bar} />
      ))}
      <Legend parts={parts} />
    </div>
  );
}
