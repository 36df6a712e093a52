import type { Run, RunItem } from "../src/api/evaluation";

export type MockRun = Run & { items: RunItem[] };

export function seededRuns(now: number): MockRun[] {
  const questions = [
    "一个 7B 模型用 int4 量化后，权重占多少显存？",
    "How long is the warranty of a laptop?",
    "Who won the race in 1950?",
    "协议的有效期是多久？",
  ];
  const expected = [["3.5 GB"], ["24 months"], [], ["三年"]];
  const make = (id: number, name: string, right: boolean[], value: number) => ({
    id,
    name,
    kind: "answers" as const,
    questions: 200,
    started: now - 90_000 / id,
    state: "done" as const,
    measures: ["contains_gold", "false_answers", "false_refusals", "citation_precision"].map(
      (measure, at) => ({
        name: measure,
        value: [value, 0.04, 0.09, 0.97][at] ?? 0,
        low: [value - 0.05, 0.02, 0.06, 0.94][at] ?? 0,
        high: [value + 0.05, 0.08, 0.14, 0.99][at] ?? 0,
        n: 200,
      }),
    ),
    message: "",
    hint: "",
    items: questions.map((question, at) => ({
      question,
      expected: expected[at] ?? [],
      got: right[at] ? (expected[at]?.[0] ?? "") : "",
      ok: right[at] ?? false,
      outcome: right[at] && expected[at]?.length ? ("answered" as const) : ("refused" as const),
    })),
  });
  return [
    {
      ...make(3, "nightly", [], 0),
      state: "failed" as const,
      measures: [],
      items: [],
      message: "评测中断：服务器已停止或出错",
      hint: "请重新开始评测",
    },
    make(2, "换成 1.5B 模型后", [true, true, true, false], 0.85),
    make(1, "before: 0.5B model", [true, false, true, true], 0.74),
  ];
}
