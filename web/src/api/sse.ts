export interface SseEvent {
  event: string;
  data: string;
}

/** An event larger than this is not ours: a stream without line ends must not fill the memory. */
export const kEventLimitChars = 8 * 1024 * 1024;

/** Server-sent events (WHATWG HTML 9.2.6) from text in pieces of any size. Lines end in CR, LF or CRLF, also across pieces. */
export class SseParser {
  private line = "";
  private event = "";
  private data: string[] = [];
  private dataChars = 0;
  private afterCr = false;
  private first = true;

  push(piece: string): SseEvent[] {
    const out: SseEvent[] = [];
    let text = piece;
    if (this.first && text.length > 0) {
      this.first = false;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    if (this.afterCr && text.length > 0) {
      this.afterCr = false;
      if (text.startsWith("\n")) text = text.slice(1);
    }
    let from = 0;
    for (let at = 0; at < text.length; ++at) {
      const char = text[at];
      if (char !== "\n" && char !== "\r") continue;
      this.endLine(this.line + text.slice(from, at), out);
      this.line = "";
      if (char === "\r") {
        if (at + 1 === text.length) this.afterCr = true;
        else if (text[at + 1] === "\n") ++at;
      }
      from = at + 1;
    }
    this.line += text.slice(from);
    if (this.line.length + this.dataChars > kEventLimitChars) throw new Error("event too large");
    return out;
  }

  private endLine(line: string, out: SseEvent[]): void {
    if (line === "") {
      // An event without data is none; what was not ended by an empty line is dropped at the stream's end.
      if (this.data.length > 0) out.push({ event: this.event || "message", data: this.data.join("\n") });
      this.event = "";
      this.data = [];
      this.dataChars = 0;
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    if (field === "event") this.event = value;
    if (field === "data") {
      this.data.push(value);
      this.dataChars += value.length;
    }
  }
}

export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<SseEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const parser = new SseParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // Leaving the loop early tells the server to stop; a stream that failed has nothing to cancel.
    await reader.cancel().catch(() => undefined);
  }
}
