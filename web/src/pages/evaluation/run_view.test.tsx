// @vitest-environment happy-dom
import { cleanup } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import type { RunItem } from "../../api/evaluation";
import { en } from "../../lang/en";
import { zh } from "../../lang/zh";
import { renderPart } from "../../testing/render";
import { measureName } from "./measure_name";
import { ItemView } from "./run_view";

afterEach(cleanup);

const item = (part: Partial<RunItem>): RunItem => ({
  question: "Who?",
  expected: [],
  got: "",
  ok: true,
  outcome: "refused",
  ...part,
});

it("says in words what became of a question, and that one that was skipped is neither right nor wrong", async () => {
  const { findByText, container } = renderPart(<ItemView item={item({})} />, "zh");
  expect(await findByText(/实际：拒答/)).toBeTruthy();
  expect(container.textContent).toContain("正确");
  cleanup();
  const skipped = renderPart(<ItemView item={item({ outcome: "skipped" })} />);
  expect((await skipped.findAllByText(/not counted/)).length).toBeGreaterThan(0);
  expect(skipped.container.textContent).not.toContain(en.evaluation.right);
});

it("calls measures as people do, and keeps names that it does not know", () => {
  const names = ["ndcg@10", "false_refusals", "constructor"];
  expect(names.map((name) => measureName(name, zh.evaluation.measureNames))).toEqual([
    "nDCG@10",
    "误拒",
    "constructor",
  ]);
});
