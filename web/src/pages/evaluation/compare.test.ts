import { expect, it } from "vitest";
import type { Run, RunItem } from "../../api/evaluation";
import { compareItems, pairMeasures } from "./compare";

const item = (question: string, ok: boolean): RunItem => ({
  question,
  ok,
  expected: [],
  got: "",
  outcome: "found",
});

it("finds what a change won and lost, among questions of both runs", () => {
  const before = [item("a", true), item("b", false), item("c", true), item("only before", true)];
  const after = [item("a", false), item("b", true), item("c", true), item("only after", false)];
  const { won, lost, same } = compareItems(before, after);
  expect([won.map((one) => one.after.question), lost.map((one) => one.after.question), same]).toEqual([
    ["b"],
    ["a"],
    1,
  ]);
});

it("pairs measures by name", () => {
  const run = (...names: string[]) =>
    ({ measures: names.map((name) => ({ name, value: 1, low: 1, high: 1, n: 1 })) }) as Run;
  expect(pairMeasures(run("Hit@1", "MRR@10"), run("MRR@10", "new")).map(({ name }) => name)).toEqual([
    "MRR@10",
  ]);
});
