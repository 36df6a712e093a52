import { describe, expect, it, vi } from "vitest";
import { ApiError } from "../api/error";
import type { Uploaded } from "../api/library";
import { kParallelUploads, kQueueLimitFiles, UploadQueue, type Send } from "./queue";

const uploaded = { outcome: "added" } as Uploaded;
const entries = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    name: `文件 ${n}.md`,
    file: new File(["0123456789"], `${n}.md`),
  }));

function makeQueue(send: Send, maxBytes = 1000) {
  const waits: number[] = [];
  const queue = new UploadQueue({
    send,
    wait: (seconds) => {
      waits.push(seconds);
      return Promise.resolve();
    },
    maxBytes: () => maxBytes,
    tooLarge: (bytes, limit) => ({ code: "too_large", message: `${bytes}>${limit}`, hint: "split it" }),
  });
  return { queue, waits };
}
const states = (queue: UploadQueue) => queue.snapshot().map((item) => item.state);

describe("UploadQueue", () => {
  it("never sends more than a few at a time, and sends all", async () => {
    let now = 0;
    let most = 0;
    const { queue } = makeQueue(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      --now;
      return uploaded;
    });
    queue.add(1, entries(20));
    await vi.waitFor(() => expect(new Set(states(queue))).toEqual(new Set(["done"])));
    expect(most).toBe(kParallelUploads);
  });

  it("says what went wrong with one file and goes on with the rest", async () => {
    const { queue } = makeQueue((_, entry) =>
      entry.name.includes("1")
        ? Promise.reject(
            new ApiError(422, { code: "unreadable", message: "encrypted", hint: "remove the password" }),
          )
        : Promise.resolve(uploaded),
    );
    queue.add(1, entries(3));
    await vi.waitFor(() => expect(states(queue)).toEqual(["done", "failed", "done"]));
    expect(queue.snapshot()[1]?.error).toMatchObject({ message: "encrypted", hint: "remove the password" });
  });

  it("does not send again what the server has no room for", async () => {
    const send = vi.fn(() =>
      Promise.reject(new ApiError(507, { code: "full", message: "the disk is full", hint: "" })),
    );
    const { queue } = makeQueue(send);
    queue.add(1, entries(1));
    await vi.waitFor(() => expect(queue.snapshot()[0]?.error).toMatchObject({ code: "full", status: 507 }));
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("waits as long as a busy server asks, then tries again", async () => {
    let calls = 0;
    const { queue, waits } = makeQueue(() =>
      ++calls < 3
        ? Promise.reject(new ApiError(429, { code: "busy", message: "", hint: "" }, 7))
        : Promise.resolve(uploaded),
    );
    queue.add(1, entries(1));
    await vi.waitFor(() => expect(states(queue)).toEqual(["done"]));
    expect(waits).toEqual([7, 7]);
  });

  it("refuses a file over the limit without sending it", async () => {
    const send = vi.fn();
    const { queue } = makeQueue(send, 5);
    queue.add(1, entries(1));
    expect(states(queue)).toEqual(["failed"]);
    expect(send).not.toHaveBeenCalled();
  });

  it("cancels what waits and what runs, and can start it again", async () => {
    const hang: Send = (_collection, _entry, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      });
    let send = hang;
    const { queue } = makeQueue((...args) => send(...args));
    queue.add(1, entries(5));
    queue.cancelAll();
    await vi.waitFor(() => expect(new Set(states(queue))).toEqual(new Set(["cancelled"])));
    send = () => Promise.resolve(uploaded);
    queue.retry(1);
    await vi.waitFor(() => expect(states(queue)[0]).toBe("done"));
    queue.clearFinished();
    expect(queue.snapshot()).toEqual([]);
  });

  it("is bounded", () => {
    const { queue } = makeQueue(() => new Promise(() => undefined));
    const one = entries(1)[0];
    if (!one) throw new Error("no entry");
    expect(queue.add(1, new Array(kQueueLimitFiles + 5).fill(one))).toBe(kQueueLimitFiles);
    expect(queue.add(1, [one])).toBe(0);
  });
});
