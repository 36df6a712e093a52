import type { Api } from "../../api";
import type { AskMode, Feedback, Sharer } from "../../api/ask";
import type { ApiError } from "../../api/error";
import { asApiError } from "../../parts/load";
import { apply, newTurn, turnsOf, type Turn } from "./turn";

export interface Conversation {
  chat: number | null;
  title: string;
  mine: boolean;
  shared: Sharer[];
  turns: Turn[];
  loading: boolean;
  error: ApiError | null;
}
export interface AskOptions {
  mode: AskMode;
  collections: number[];
}

/** A stream that ends without its last event has been cut off. */
function ended(turn: Turn, cancelled: boolean): Turn {
  const error = cancelled ? null : { code: "offline", message: "", hint: "" };
  return { ...turn, state: cancelled ? "cancelled" : "failed", position: 0, stage: "", error };
}

const kEmpty: Conversation = {
  chat: null,
  title: "",
  mine: true,
  shared: [],
  turns: [],
  loading: false,
  error: null,
};

/** The conversation that is open. It lives above the pages: looking something up in the library stops no answer. */
export class AskStore {
  private state = kEmpty;
  private listeners = new Set<() => void>();
  private running: AbortController | null = null;
  private opening: AbortController | null = null;
  private asked = 0;
  private lastOptions: AskOptions = { mode: "auto", collections: [] };
  private readonly api: Api;
  /** Called when a chat has come into being, or has moved in the list. */
  onChats: (chat: number) => void = () => undefined;

  constructor(api: Api) {
    this.api = api;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  snapshot = (): Conversation => this.state;

  get busy(): boolean {
    return this.running !== null;
  }

  async open(chat: number | null): Promise<void> {
    if (chat === this.state.chat && !this.state.error) return;
    this.cancel();
    this.opening?.abort();
    if (chat === null) return this.set(kEmpty);
    const opening = (this.opening = new AbortController());
    this.set({ ...kEmpty, chat, loading: true });
    try {
      const loaded = await this.api.ask.chat(chat, opening.signal);
      if (opening.signal.aborted) return;
      this.set({
        ...kEmpty,
        chat,
        title: loaded.title,
        mine: loaded.mine,
        shared: loaded.shared,
        turns: turnsOf(loaded),
      });
    } catch (error) {
      if (!opening.signal.aborted) this.set({ ...kEmpty, chat, error: asApiError(error) });
    }
  }

  /** Aborts what runs; what has been shown stays and is marked. */
  cancel(): void {
    if (!this.running) return;
    this.running.abort();
    this.running = null;
    this.set({ ...this.state });
  }

  async ask(question: string, options: AskOptions): Promise<void> {
    if (this.running) return;
    const abort = (this.running = new AbortController());
    const key = `live${++this.asked}`;
    this.lastOptions = options;
    this.set({ ...this.state, turns: [...this.state.turns, newTurn(key, question)] });
    try {
      const request = {
        question,
        mode: options.mode,
        ...(this.state.chat !== null && { chat: this.state.chat }),
        ...(options.collections.length > 0 && { collections: options.collections }),
      };
      for await (const event of this.api.ask.ask(request, abort.signal)) {
        this.change(key, (turn) => apply(turn, event));
        if (event.event === "answer" && !abort.signal.aborted) {
          this.set({ ...this.state, chat: event.data.chat, title: this.state.title || question });
          this.onChats(event.data.chat);
        }
      }
      this.change(key, (turn) => (turn.state === "running" ? ended(turn, abort.signal.aborted) : turn));
    } catch (error) {
      const failure = asApiError(error);
      const state = abort.signal.aborted ? "cancelled" : "failed";
      this.change(key, (turn) => ({
        ...turn,
        state,
        position: 0,
        stage: "",
        error: state === "failed" ? failure : null,
      }));
    } finally {
      if (this.running === abort) this.running = null;
      this.set({ ...this.state });
    }
  }

  /** Asks a failed question once more, in place of the failure. */
  async retry(turn: Turn): Promise<void> {
    if (this.running) return;
    this.set({ ...this.state, turns: this.state.turns.filter((one) => one.key !== turn.key) });
    await this.ask(turn.question, this.lastOptions);
  }

  async giveFeedback(turn: Turn, feedback: Feedback | null): Promise<void> {
    if (!turn.answer) return;
    const { chat, message } = turn.answer;
    if (feedback) await this.api.ask.giveFeedback(chat, message, feedback);
    else await this.api.ask.takeFeedbackBack(chat, message);
    this.change(turn.key, (old) => ({ ...old, feedback }));
  }

  async rename(title: string): Promise<void> {
    if (this.state.chat === null) return;
    const kept = await this.api.ask.changeChat(this.state.chat, { title });
    this.set({ ...this.state, title: kept.title });
    if (this.state.chat !== null) this.onChats(this.state.chat);
  }

  async share(shared: Sharer[]): Promise<void> {
    if (this.state.chat === null) return;
    const kept = await this.api.ask.changeChat(this.state.chat, { share: shared });
    this.set({ ...this.state, shared: kept.shared });
  }

  private change(key: string, how: (turn: Turn) => Turn): void {
    // The conversation may have been left meanwhile: then there is no such turn, and nothing changes.
    this.set({ ...this.state, turns: this.state.turns.map((turn) => (turn.key === key ? how(turn) : turn)) });
  }

  private set(state: Conversation): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
