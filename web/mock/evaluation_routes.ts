import { kQuestionLimit } from "../src/pages/evaluation/questions";
import { jsonOf, notFound, Refusal, say, send, type Call } from "./http";
import { data } from "./machine_routes";
import { now } from "./world";

export async function evaluate(call: Call): Promise<void> {
  const { name, kind, questions } = await jsonOf<{
    name: string;
    kind: "retrieval" | "answers";
    questions: { question: string; answers: string[] }[];
  }>(call);
  if (questions.length > kQuestionLimit) {
    throw new Refusal(
      400,
      "usage",
      say(
        call,
        `“questions”: must be a list of at most ${kQuestionLimit}`,
        `“questions”：须为不超过 ${kQuestionLimit} 项的列表`,
      ),
    );
  }
  const search = kind === "retrieval";
  const items = questions.map(({ question, answers }) => ({
    question,
    expected: answers,
    got: answers[0] ?? "",
    ok: true,
    outcome: search ? ("found" as const) : ("answered" as const),
  }));
  const run = {
    id: call.world.id(),
    name,
    kind,
    questions: questions.length,
    started: now(),
    state: "done" as const,
    measures: [
      { name: search ? "hit@1" : "contains_gold", value: 0.9, low: 0.8, high: 0.96, n: questions.length },
    ],
    message: "",
    hint: "",
  };
  call.world.runs.unshift({ ...run, items });
  send(call, run, 202);
}
export const listRuns = (call: Call) =>
  send(call, { items: call.world.runs.map(({ items: _items, ...run }) => run) });
export function getRun(call: Call): void {
  const run = call.world.runs.find((one) => one.id === Number(call.args[0]));
  if (!run) throw notFound(call);
  send(call, run);
}

interface MockSetting {
  key: string;
  value: unknown;
}
export function listSettings(call: Call): void {
  const items = data(`settings.${call.language}`) as MockSetting[];
  send(call, {
    items: items.map((item) => ({ ...item, value: call.world.settings.get(item.key) ?? item.value })),
  });
}
export async function changeSettings(call: Call): Promise<void> {
  for (const [key, value] of Object.entries(await jsonOf<Record<string, unknown>>(call)))
    call.world.settings.set(key, value);
  listSettings(call);
}
