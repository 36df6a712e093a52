import type { EvalQuestion } from "../../api/evaluation";
import { utf8Length } from "../../text/utf8";

/** As many as the server takes at once. */
export const kQuestionLimit = 2000;
/** Of the file: SQuAD also holds the texts that are asked about, which are not sent. */
export const kFileLimitBytes = 20 * 1024 * 1024;
/** Of what is sent: the server takes 1 MiB, and the run's name and collections go with the questions. */
const kSentBytes = 1024 * 1024 - 64 * 1024;

export type Problem =
  | { what: "empty" | "columns" | "tooMany" | "tooLarge" | "tooLong" }
  | { what: "format" | "question"; line: number };
export type Parsed = { questions: EvalQuestion[] } | { problem: Problem };

class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.what);
    this.problem = problem;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function strings(value: unknown): string[] {
  if (typeof value === "string") return value.trim() === "" ? [] : [value.trim()];
  if (Array.isArray(value)) return value.flatMap(strings);
  // SQuAD: {"text": "…"} or {"text": ["…"]}
  return isObject(value) ? strings(value["text"]) : [];
}

function questionOf(value: unknown, line: number): EvalQuestion {
  if (!isObject(value) || typeof value["question"] !== "string" || value["question"].trim() === "") {
    throw new Refused({ what: "question", line });
  }
  const answerable = value["answerable"] !== false && value["is_impossible"] !== true;
  const [document] = strings(value["document"] ?? value["documents"]);
  return {
    question: value["question"].trim(),
    answers: answerable ? [...new Set(strings(value["answers"] ?? value["answer"]))] : [],
    ...(document !== undefined && { document }),
  };
}

function squad(value: Record<string, unknown>): EvalQuestion[] {
  const out: EvalQuestion[] = [];
  for (const article of Array.isArray(value["data"]) ? value["data"] : []) {
    for (const paragraph of isObject(article) && Array.isArray(article["paragraphs"])
      ? article["paragraphs"]
      : []) {
      for (const qa of isObject(paragraph) && Array.isArray(paragraph["qas"]) ? paragraph["qas"] : []) {
        out.push(questionOf(qa, out.length + 1));
      }
    }
  }
  return out;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function jsonLines(text: string): EvalQuestion[] {
  return text.split("\n").flatMap((line, at) => {
    if (line.trim() === "") return [];
    const value = json(line);
    if (value === undefined) throw new Refused({ what: "format", line: at + 1 });
    return [questionOf(value, at + 1)];
  });
}

/** RFC 4180: quoted fields may hold commas, line ends and doubled quotes. */
export function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let quoted = false;
  const endRow = () => {
    row.push(field);
    if (row.some((one) => one !== "")) rows.push(row);
    row = [];
    field = "";
  };
  for (let at = 0; at < text.length; ++at) {
    const char = text[at];
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') field += text[++at];
      else quoted = false;
    } else if (char === '"' && field === "") quoted = true;
    else if (char === ",") {
      row.push(field);
      field = "";
    } else if (char === "\n") endRow();
    else if (char !== "\r") field += char;
  }
  endRow();
  return rows;
}

function csv(text: string): EvalQuestion[] {
  const [head = [], ...rows] = csvRows(text);
  const names = head.map((name) => name.trim().toLowerCase());
  if (!names.includes("question")) throw new Refused({ what: "columns" });
  return rows.map((row, at) => {
    const of = (...wanted: string[]) => row[names.findIndex((name) => wanted.includes(name))] ?? "";
    const answers = of("answers", "answer").split("|");
    return questionOf({ question: of("question"), answers, document: of("document") }, at + 2);
  });
}

/** A file of questions in one of three forms, or the first thing that is wrong with it. */
export function parseQuestions(name: string, content: string): Parsed {
  const text = content.replace(/^\uFEFF/, "");
  try {
    const whole = /^\s*[[{]/.test(text) ? json(text) : undefined;
    let questions: EvalQuestion[];
    if (Array.isArray(whole)) questions = whole.map((one, at) => questionOf(one, at + 1));
    else if (isObject(whole) && "data" in whole) questions = squad(whole);
    else questions = name.toLowerCase().endsWith(".csv") ? csv(text) : jsonLines(text);
    if (questions.length === 0) return { problem: { what: "empty" } };
    if (questions.length > kQuestionLimit) return { problem: { what: "tooMany" } };
    return utf8Length(JSON.stringify(questions)) > kSentBytes
      ? { problem: { what: "tooLong" } }
      : { questions };
  } catch (error) {
    if (error instanceof Refused) return { problem: error.problem };
    throw error;
  }
}
