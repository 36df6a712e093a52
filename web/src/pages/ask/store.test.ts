import { describe, expect, it, vi } from "vitest";
import type { Api } from "../../api";
import type { Answer, AskEvent } from "../../api/ask";
import { ApiError } from "../../api/error";
import { AskStore } from "./store";

const options = { mode: "auto" as const, collections: [] };
const answer = {
  chat: 4,
  message: 9,
  outcome: "answered",
  sentences: [],
  citations: [],
} as unknown as Answer;

function storeThat(ask: (signal: AbortSignal, request: unknown) => AsyncGenerator<AskEvent>) {
  const asked: unknown[] = [];
  const api = {
    ask: {
      ask: (request: unknown, signal: AbortSignal) => {
        asked.push(request);
        return ask(signal, request);
      },
      chat: (id: number) =>
        Promise.resolve({ id, title: `chat ${id}`, mine: true, shared: [], messages: [] }),
    },
  } as unknown as Api;
  return { store: new AskStore(api), asked };
}

async function* answers(): AsyncGenerator<AskEvent> {
  yield { event: "answer", data: answer };
}
async function* hangs(signal: AbortSignal): AsyncGenerator<AskEvent> {
  yield { event: "stage", data: { text: "reading" } };
  await new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
  });
}

describe("AskStore", () => {
  it("learns the chat's number from the answer, and follow-ups carry it", async () => {
    const { store, asked } = storeThat(answers);
    const chats: number[] = [];
    store.onChats = (chat) => chats.push(chat);
    await store.ask("First?", options);
    await store.ask("Second?", { mode: "single", collections: [2] });
    expect(asked).toEqual([
      { question: "First?", mode: "auto" },
      { question: "Second?", mode: "single", chat: 4, collections: [2] },
    ]);
    expect(chats).toEqual([4, 4]);
    expect(store.snapshot().turns.map(({ state }) => state)).toEqual(["done", "done"]);
  });

  it("cancel marks the turn and frees the store at once", async () => {
    const { store } = storeThat(hangs);
    const asking = store.ask("Long?", options);
    await vi.waitFor(() => expect(store.snapshot().turns[0]?.stage).toBe("reading"));
    expect(store.busy).toBe(true);
    store.cancel();
    expect(store.busy).toBe(false);
    await asking;
    expect(store.snapshot().turns[0]).toMatchObject({ state: "cancelled", error: null, stage: "" });
  });

  it("asks one question at a time", async () => {
    const { store, asked } = storeThat(hangs);
    void store.ask("One?", options);
    await store.ask("Two?", options);
    expect(asked).toHaveLength(1);
    store.cancel();
  });

  it("says so when the connection breaks before the last event", async () => {
    const { store } = storeThat(async function* () {
      yield { event: "stage", data: { text: "reading" } };
    });
    await store.ask("Cut?", options);
    expect(store.snapshot().turns[0]).toMatchObject({ state: "failed", error: { code: "offline" } });
  });

  it("shows what the server refused", async () => {
    // eslint-disable-next-line require-yield -- it fails before the first event
    const { store } = storeThat(async function* () {
      throw new ApiError(429, { code: "busy", message: "three questions wait", hint: "later" });
    });
    await store.ask("Busy?", options);
    expect(store.snapshot().turns[0]?.error).toMatchObject({
      message: "three questions wait",
      hint: "later",
    });
  });

  it("opening another chat stops what runs and forgets it", async () => {
    const { store } = storeThat(hangs);
    const asking = store.ask("Long?", options);
    await vi.waitFor(() => expect(store.snapshot().turns[0]?.stage).toBe("reading"));
    await store.open(8);
    await asking;
    expect(store.snapshot()).toMatchObject({ chat: 8, title: "chat 8", turns: [] });
  });
});
