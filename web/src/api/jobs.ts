import type { Http } from "./http";

export interface Job {
  id: number;
  kind: "add" | "pull" | "embed" | "eval" | "watch";
  subject: string;
  state: "running" | "done" | "failed" | "cancelled";
  done: number;
  /** 0: not known. */
  total: number;
  unit: "bytes" | "files" | "chunks" | "questions";
  eta_s: number | null;
  message: string;
  hint: string;
  started: number;
}
export type ServerEvent = { event: "job"; data: Job } | { event: "collections" };

export const jobsApi = (http: Http) => ({
  jobs: (signal?: AbortSignal) => http.get<{ items: Job[] }>("/api/jobs", {}, signal),
  cancel: (id: number) => http.delete<undefined>(`/api/jobs/${id}`),
  async *events(signal: AbortSignal): AsyncGenerator<ServerEvent> {
    for await (const { event, data } of http.stream("GET", "/api/events", undefined, signal)) {
      if (event === "job") yield { event, data: JSON.parse(data) as Job };
      if (event === "collections") yield { event };
    }
  },
});
