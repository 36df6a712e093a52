import { describe, expect, it } from "vitest";
import { csvRows, kQuestionLimit, parseQuestions } from "./questions";

describe("parseQuestions", () => {
  it("reads JSON lines as `cvp eval` does", () => {
    const text =
      '\uFEFF{"question":"保修期多久？","answers":["24 个月"],"documents":["warranty.md"]}\n\n{"question":"Who?","answer":"Ann"}\r\n{"question":"Why?","answers":["x"],"answerable":false}\n';
    expect(parseQuestions("q.jsonl", text)).toEqual({
      questions: [
        { question: "保修期多久？", answers: ["24 个月"], document: "warranty.md" },
        { question: "Who?", answers: ["Ann"] },
        { question: "Why?", answers: [] },
      ],
    });
  });
  it("reads SQuAD", () => {
    const squad = {
      data: [
        {
          paragraphs: [
            {
              context: "…",
              qas: [
                { question: "Q1", answers: [{ text: "A" }, { text: "A" }] },
                { question: "Q2", answers: [], is_impossible: true },
              ],
            },
          ],
        },
      ],
    };
    expect(parseQuestions("dev.json", JSON.stringify(squad, null, 2))).toEqual({
      questions: [
        { question: "Q1", answers: ["A"] },
        { question: "Q2", answers: [] },
      ],
    });
  });
  it("reads CSV with quoted fields", () => {
    expect(
      parseQuestions("q.CSV", 'document,Question,answers\n"a, b.pdf","He said ""hi""\nthere?",yes|ja\n'),
    ).toEqual({
      questions: [{ question: 'He said "hi"\nthere?', answers: ["yes", "ja"], document: "a, b.pdf" }],
    });
    expect(csvRows("a,\r\n\r\nb")).toEqual([["a", ""], ["b"]]);
  });
  it("names the first thing that is wrong", () => {
    expect(parseQuestions("q.jsonl", '{"question":"a"}\nnot json')).toEqual({
      problem: { what: "format", line: 2 },
    });
    expect(parseQuestions("q.json", '[{"question":"a"},{"answers":[]}]')).toEqual({
      problem: { what: "question", line: 2 },
    });
    expect(parseQuestions("q.csv", "frage,antwort\na,b")).toEqual({ problem: { what: "columns" } });
    expect(parseQuestions("q.jsonl", " \n")).toEqual({ problem: { what: "empty" } });
    const many = JSON.stringify(Array.from({ length: kQuestionLimit + 1 }, () => ({ question: "a" })));
    expect(parseQuestions("q.json", many)).toEqual({ problem: { what: "tooMany" } });
    const long = JSON.stringify(Array.from({ length: 400 }, () => ({ question: "长".repeat(1000) })));
    expect(parseQuestions("q.json", long)).toEqual({ problem: { what: "tooLong" } });
  });
});
