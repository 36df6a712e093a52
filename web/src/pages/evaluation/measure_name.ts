import { useText } from "../../lang/language";
import type { Dictionary } from "../../lang/en";

/** The same in every language. */
const kRankNames = new Map([
  ["hit@1", "Hit@1"],
  ["hit@3", "Hit@3"],
  ["hit@10", "Hit@10"],
  ["mrr@10", "MRR@10"],
  ["ndcg@10", "nDCG@10"],
  ["recall@10", "Recall@10"],
]);

/** As people call it; a measure that this page does not know keeps the name that the server gives it. */
export function measureName(name: string, names: Dictionary["evaluation"]["measureNames"]): string {
  const known = kRankNames.get(name);
  if (known !== undefined) return known;
  return Object.hasOwn(names, name) ? names[name as keyof typeof names] : name;
}

export function useMeasureName(): (name: string) => string {
  const { measureNames } = useText().evaluation;
  return (name) => measureName(name, measureNames);
}
