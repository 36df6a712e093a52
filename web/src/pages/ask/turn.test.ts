import { describe, expect, it } from "vitest";
import type { Answer, Chat, Citation, Sentence } from "../../api/ask";
import { answerText, apply, newTurn, rewritten, turnsOf } from "./turn";

const sentence = (text: string): Sentence => ({ text, supported: true, citations: [1], why_not: "" });
const citation = { number: 1, document: 7, title: "T" } as Citation;
const answer = {
  chat: 4,
  message: 9,
  outcome: "answered",
  sentences: [sentence("A."), sentence("B.")],
  citations: [citation],
} as Answer;

describe("apply", () => {
  it("collects what streams in, and the answer replaces it", () => {
    let turn = newTurn("k", "Why?");
    turn = apply(turn, { event: "queue", data: { position: 3 } });
    expect(turn.position).toBe(3);
    turn = apply(turn, { event: "stage", data: { text: "reading" } });
    expect([turn.position, turn.stage]).toEqual([0, "reading"]);
    turn = apply(turn, { event: "citation", data: citation });
    turn = apply(turn, { event: "sentence", data: sentence("A.") });
    expect(turn.sentences).toHaveLength(1);
    turn = apply(turn, { event: "answer", data: answer });
    expect([turn.state, turn.sentences.length, turn.citations.length, turn.stage]).toEqual([
      "done",
      2,
      1,
      "",
    ]);
  });
  it("keeps what was shown when an error ends the stream", () => {
    let turn = apply(newTurn("k", "Why?"), { event: "sentence", data: sentence("A.") });
    turn = apply(turn, { event: "error", data: { code: "failed", message: "engine gone", hint: "wait" } });
    expect([turn.state, turn.sentences.length, turn.error?.message]).toEqual(["failed", 1, "engine gone"]);
  });
});

it("turnsOf pairs questions with their answers", () => {
  const chat = {
    id: 4,
    messages: [
      { id: 1, from: "user", text: "Why?", standalone: "", answer: null, feedback: null },
      {
        id: 2,
        from: "assistant",
        text: "",
        standalone: "Why is it so?",
        answer,
        feedback: { good: true, reason: "" },
      },
      { id: 3, from: "user", text: "And then?", standalone: "", answer: null, feedback: null },
    ],
  } as unknown as Chat;
  const [first, second] = turnsOf(chat);
  expect([first?.question, first?.sentences.length, first?.feedback?.good, first?.standalone]).toEqual([
    "Why?",
    2,
    true,
    "Why is it so?",
  ]);
  expect([second?.question, second?.answer, second?.state]).toEqual(["And then?", null, "done"]);
});

it("turnsOf keeps the words of an answer of which nothing else is known", () => {
  const said = (id: number, from: string, text: string) => ({ id, from, text, standalone: "", answer: null });
  const chat = { id: 4, messages: [said(1, "user", "Why?"), said(2, "assistant", "(hidden)")] };
  expect(turnsOf(chat as unknown as Chat).map(({ words }) => words)).toEqual(["(hidden)"]);
});

it("answerText names a source that may not be seen, and quotes nothing of it", () => {
  const hidden = { number: 1, document: 0, title: "(hidden)", quote: "", page: 0 } as Citation;
  const turn = { ...newTurn("k", "Why?"), sentences: [sentence("A.")], citations: [hidden] };
  expect(answerText(turn)).toBe("A.[1]\n[1] (hidden)");
});

it("rewritten is shown only where it says something else", () => {
  const turn = { ...newTurn("k", "那 B 产品呢？"), standalone: "B 产品的保修期是多久？" };
  expect(rewritten(turn)).toBe("B 产品的保修期是多久？");
  expect(rewritten({ ...turn, standalone: "那B产品呢?" })).toBe("");
});
