import type { Http } from "./http";

export type SearchMode = "hybrid" | "text" | "dense";

export interface Hit {
  rank: number;
  chunk: number;
  document: number;
  revision: number;
  title: string;
  name: string;
  page: number;
  heading: string;
  begin: number;
  end: number;
  score: number;
  text_score: number;
  text_rank: number;
  dense_score: number;
  dense_rank: number;
  text: string;
}
export interface SearchResult {
  dense_used: boolean;
  hits: Hit[];
  timings_ms: { text: number; embed: number; dense: number };
}
export interface Stage {
  stage: string;
  title: string;
  state: "passed" | "weak" | "lost" | "skipped";
  text: string;
  remedy: string;
}
export interface Why {
  found: boolean;
  stages: Stage[];
}

export const searchApi = (http: Http) => ({
  search: (query: string, mode: SearchMode, k: number, collections: number[], signal?: AbortSignal) =>
    http.post<SearchResult>(
      "/api/search",
      { query, mode, k, ...(collections.length > 0 && { collections }) },
      signal,
    ),
  why: (question: string, passage: string, collections: number[], signal?: AbortSignal) =>
    http.post<Why>("/api/why", { question, passage, ...(collections.length > 0 && { collections }) }, signal),
});
