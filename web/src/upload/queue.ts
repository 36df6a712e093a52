import { isAbort } from "../api/error";
import type { Uploaded } from "../api/library";
import { asApiError } from "../parts/load";
import type { ShownError } from "../parts/error_view";

export const kParallelUploads = 3;
export const kQueueLimitFiles = 10_000;
const kBusyRetries = 20;
const kBusyWaitSeconds = 5;

export interface Entry {
  file: File;
  /** With its folders, as it shall be called in the library. */
  name: string;
}
export interface UploadItem {
  id: number;
  collection: number;
  name: string;
  bytes: number;
  sent: number;
  state: "waiting" | "sending" | "reading" | "done" | "failed" | "cancelled";
  result: Uploaded | null;
  error: ShownError | null;
}
export type Send = (
  collection: number,
  entry: Entry,
  options: { signal: AbortSignal; onProgress: (sentBytes: number) => void },
) => Promise<Uploaded>;
export type Wait = (seconds: number, signal: AbortSignal) => Promise<void>;

interface Task {
  item: UploadItem;
  entry: Entry;
  abort: AbortController;
}

/**
 * Uploads a few files at a time and outlives the page that started it. Every change makes a new snapshot array, so that a view
 * can subscribe. Files beyond the limit are refused as a whole, never dropped silently: `add` says how many it took.
 */
export class UploadQueue {
  private tasks: Task[] = [];
  private items: UploadItem[] = [];
  private running = 0;
  private nextId = 1;
  private listeners = new Set<() => void>();
  private readonly send: Send;
  private readonly wait: Wait;
  private readonly maxBytes: () => number;
  private readonly tooLarge: (bytes: number, limit: number) => ShownError;

  constructor(parts: {
    send: Send;
    wait: Wait;
    maxBytes: () => number;
    tooLarge: (bytes: number, limit: number) => ShownError;
  }) {
    this.send = parts.send;
    this.wait = parts.wait;
    this.maxBytes = parts.maxBytes;
    this.tooLarge = parts.tooLarge;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  snapshot = (): UploadItem[] => this.items;

  add(collection: number, entries: Entry[]): number {
    const room = kQueueLimitFiles - this.tasks.length;
    const taken = entries.slice(0, Math.max(0, room));
    for (const entry of taken) {
      const item: UploadItem = {
        id: this.nextId++,
        collection,
        name: entry.name,
        bytes: entry.file.size,
        sent: 0,
        state: "waiting",
        result: null,
        error: null,
      };
      if (item.bytes > this.maxBytes()) {
        item.state = "failed";
        item.error = this.tooLarge(item.bytes, this.maxBytes());
      }
      this.tasks.push({ item, entry, abort: new AbortController() });
    }
    this.changed();
    this.pump();
    return taken.length;
  }

  cancel(id: number): void {
    const task = this.tasks.find((one) => one.item.id === id);
    if (!task || !["waiting", "sending", "reading"].includes(task.item.state)) return;
    if (task.item.state === "waiting") this.update(task, { state: "cancelled" });
    task.abort.abort();
  }

  cancelAll(): void {
    for (const { item } of [...this.tasks]) this.cancel(item.id);
  }

  retry(id: number): void {
    const task = this.tasks.find((one) => one.item.id === id);
    if (!task || !["failed", "cancelled"].includes(task.item.state)) return;
    task.abort = new AbortController();
    this.update(task, { state: "waiting", sent: 0, error: null });
    this.pump();
  }

  clearFinished(): void {
    this.tasks = this.tasks.filter(({ item }) => ["waiting", "sending", "reading"].includes(item.state));
    this.changed();
  }

  private pump(): void {
    while (this.running < kParallelUploads) {
      const task = this.tasks.find(({ item }) => item.state === "waiting");
      if (!task) return;
      ++this.running;
      this.update(task, { state: "sending" });
      void this.run(task).finally(() => {
        --this.running;
        this.pump();
      });
    }
  }

  private async run(task: Task): Promise<void> {
    for (let attempt = 0; ; ++attempt) {
      try {
        const onProgress = (sent: number) =>
          this.update(task, { sent, state: sent >= task.item.bytes ? "reading" : "sending" });
        const result = await this.send(task.item.collection, task.entry, {
          signal: task.abort.signal,
          onProgress,
        });
        return this.update(task, { state: "done", sent: task.item.bytes, result });
      } catch (error) {
        if (isAbort(error) || task.abort.signal.aborted) return this.update(task, { state: "cancelled" });
        if (!(await this.mayTryAgain(error, attempt, task))) return;
      }
    }
  }

  /** A server that is busy says when to come back; anything else is told at once. */
  private async mayTryAgain(error: unknown, attempt: number, task: Task): Promise<boolean> {
    const { code, message, hint, status, retryAfterSeconds } = asApiError(error);
    if ((code === "busy" || code === "unavailable") && attempt < kBusyRetries) {
      this.update(task, { state: "sending", sent: 0 });
      await this.wait(retryAfterSeconds ?? kBusyWaitSeconds, task.abort.signal).catch(() => undefined);
      return true;
    }
    this.update(task, { state: "failed", error: { code, message, hint, status } });
    return false;
  }

  private update(task: Task, change: Partial<UploadItem>): void {
    task.item = { ...task.item, ...change };
    this.changed();
  }

  private changed(): void {
    this.items = this.tasks.map(({ item }) => item);
    for (const listener of this.listeners) listener();
  }
}

export function waitSeconds(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
