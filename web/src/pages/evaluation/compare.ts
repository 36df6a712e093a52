import type { Measure, Run, RunItem } from "../../api/evaluation";

export interface Compared {
  won: { before: RunItem; after: RunItem }[];
  lost: { before: RunItem; after: RunItem }[];
  same: number;
}

/** Question by question; those asked in one run only are left out. */
export function compareItems(before: RunItem[], after: RunItem[]): Compared {
  const old = new Map(before.map((item) => [item.question, item]));
  const out: Compared = { won: [], lost: [], same: 0 };
  for (const item of after) {
    const was = old.get(item.question);
    if (!was) continue;
    if (was.ok === item.ok) ++out.same;
    else out[item.ok ? "won" : "lost"].push({ before: was, after: item });
  }
  return out;
}

export function pairMeasures(before: Run, after: Run): { name: string; before: Measure; after: Measure }[] {
  return before.measures.flatMap((measure) => {
    const other = after.measures.find((one) => one.name === measure.name);
    return other ? [{ name: measure.name, before: measure, after: other }] : [];
  });
}
