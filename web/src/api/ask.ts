import type { ErrorBody } from "./error";
import type { Http } from "./http";
import type { Page } from "./pages";

export type AskMode = "auto" | "single" | "joint" | "extract";

export interface Citation {
  number: number;
  chunk: number;
  /** 0: it was removed or may not be read; then `title` says so, and the rest is empty. */
  document: number;
  revision: number;
  begin: number;
  end: number;
  page: number;
  quote: string;
  title: string;
  name: string;
  heading: string;
}
export const isHidden = ({ document }: Citation): boolean => document === 0;

export interface Sentence {
  text: string;
  supported: boolean;
  citations: number[];
  why_not: string;
}
export interface Answer {
  chat: number;
  message: number;
  outcome: "answered" | "extracted" | "refused";
  question: string;
  sentences: Sentence[];
  citations: Citation[];
  note: string;
  confidence: number;
  model: string;
  timings_ms: { retrieved: number; first_checked: number; total: number };
}
export interface Feedback {
  good: boolean;
  reason: string;
}
export interface Message {
  id: number;
  from: "user" | "assistant";
  text: string;
  standalone: string;
  /** null: where its words come from is not known, `text` is all there is. */
  answer: Answer | null;
  time: number;
  feedback: Feedback | null;
}
export interface Sharer {
  user?: number;
  group?: number;
}
export interface ChatSummary {
  id: number;
  title: string;
  updated: number;
  messages: number;
  shared: Sharer[];
  mine: boolean;
}
export interface Chat {
  id: number;
  title: string;
  mine: boolean;
  shared: Sharer[];
  messages: Message[];
}
export interface AskRequest {
  question: string;
  chat?: number;
  collections?: number[];
  mode?: AskMode;
}
export type AskEvent =
  | { event: "queue"; data: { position: number } }
  | { event: "stage"; data: { text: string } }
  | { event: "question"; data: { standalone: string } }
  | { event: "sentence"; data: Sentence }
  | { event: "citation"; data: Citation }
  | { event: "answer"; data: Answer }
  | { event: "error"; data: ErrorBody };

const kNames: readonly string[] = ["queue", "stage", "question", "sentence", "citation", "answer", "error"];

export const askApi = (http: Http) => ({
  /** An event this page does not know is passed over: a newer server may send more. */
  async *ask(request: AskRequest, signal: AbortSignal): AsyncGenerator<AskEvent> {
    for await (const { event, data } of http.stream("POST", "/api/ask", request, signal)) {
      if (kNames.includes(event)) yield { event, data: JSON.parse(data) as unknown } as AskEvent;
    }
  },
  chats: (after: string | null, signal?: AbortSignal) =>
    http.get<Page<ChatSummary>>("/api/chats", { after, limit: 100 }, signal),
  chat: (id: number, signal?: AbortSignal) => http.get<Chat>(`/api/chats/${id}`, {}, signal),
  changeChat: (id: number, change: { title?: string; share?: Sharer[] }) =>
    http.patch<ChatSummary>(`/api/chats/${id}`, change),
  removeChat: (id: number) => http.delete<undefined>(`/api/chats/${id}`),
  exportUrl: (id: number, format: "md" | "docx") => `/api/chats/${id}/export?format=${format}`,
  giveFeedback: (chat: number, message: number, feedback: Feedback) =>
    http.put<undefined>(`/api/chats/${chat}/messages/${message}/feedback`, feedback),
  takeFeedbackBack: (chat: number, message: number) =>
    http.delete<undefined>(`/api/chats/${chat}/messages/${message}/feedback`),
});
