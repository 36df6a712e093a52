import type { Http } from "./http";

export interface Measure {
  name: string;
  value: number;
  low: number;
  high: number;
  n: number;
}
export interface Run {
  id: number;
  name: string;
  kind: "retrieval" | "answers";
  questions: number;
  started: number;
  state: "running" | "done" | "failed" | "cancelled";
  measures: Measure[];
  /** Why it failed, or what to know about the measures; may be empty. */
  message: string;
  hint: string;
}
export type RunOutcome = "answered" | "extracted" | "refused" | "found" | "missed" | "skipped";
export interface RunItem {
  question: string;
  expected: string[];
  got: string;
  ok: boolean;
  outcome: RunOutcome;
}
export interface EvalQuestion {
  question: string;
  answers: string[];
  document?: string;
}
export interface NewRun {
  name: string;
  kind: Run["kind"];
  collections?: number[];
  questions: EvalQuestion[];
}

export const evaluationApi = (http: Http) => ({
  runs: (signal?: AbortSignal) => http.get<{ items: Run[] }>("/api/evaluations", {}, signal),
  run: (id: number, signal?: AbortSignal) =>
    http.get<Run & { items: RunItem[] }>(`/api/evaluations/${id}`, {}, signal),
  start: (run: NewRun) => http.post<Run>("/api/evaluations", run),
});
