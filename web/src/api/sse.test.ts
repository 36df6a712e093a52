import { describe, expect, it } from "vitest";
import { kEventLimitChars, readEvents, SseParser, type SseEvent } from "./sse";

function parse(pieces: string[]): SseEvent[] {
  const parser = new SseParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

describe("SseParser", () => {
  const stream =
    '\uFEFF: hello\r\n\r\nevent: stage\r\ndata: {"text":"读第 2 段"}\r\n\r\nid: 7\nretry: 5\ndata:a\ndata: b\n\n' +
    "event: sentence\rdata: x\r\revent: nothing\n\ndata\n\n";
  const want = [
    { event: "stage", data: '{"text":"读第 2 段"}' },
    { event: "message", data: "a\nb" },
    { event: "sentence", data: "x" },
    { event: "message", data: "" },
  ];

  it("reads all line ends, comments, several data lines", () => {
    expect(parse([stream])).toEqual(want);
  });
  it("gives the same however the stream is cut", () => {
    for (let size = 1; size < stream.length; ++size) {
      const pieces: string[] = [];
      for (let at = 0; at < stream.length; at += size) pieces.push(stream.slice(at, at + size));
      expect(parse(pieces)).toEqual(want);
    }
  });
  it("drops what the stream did not finish", () => {
    expect(parse(["data: half\n"])).toEqual([]);
  });
  it("refuses an endless line", () => {
    const parser = new SseParser();
    expect(() => parser.push("x".repeat(kEventLimitChars + 1))).toThrow();
  });
});

describe("readEvents", () => {
  it("joins characters whose bytes come apart, and stops the source when left early", async () => {
    const bytes = new TextEncoder().encode("data: 显存\n\ndata: more\n\n");
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      },
      cancel() {
        cancelled = true;
      },
    });
    for await (const event of readEvents(body)) {
      expect(event.data).toBe("显存");
      break;
    }
    expect(cancelled).toBe(true);
  });
});
