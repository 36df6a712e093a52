import { describe, expect, it } from "vitest";
import { markSpan, utf16Index, utf8Length } from "./utf8";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const samples = [
  "plain ascii",
  "7B 模型用 INT4 量化后，权重只占 3.5 GB 显存。",
  "naïve café – “quotes” ½",
  "emoji 😀 family 👨‍👩‍👧 and 𠮷野家, 𝒳",
  "a\r\nb\tc\u0000d\uFEFFe",
  "",
];

describe("markSpan", () => {
  it("agrees with real UTF-8 at every pair of character borders", () => {
    for (const text of samples) {
      const bytes = encoder.encode(text);
      const borders = [0];
      for (const char of text) borders.push((borders.at(-1) ?? 0) + encoder.encode(char).length);
      for (const begin of borders) {
        for (const end of borders.filter((border) => border >= begin)) {
          const cut = markSpan(text, 0, begin, end);
          // A byte order mark inside is text here, but TextDecoder drops one at the start.
          const want = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.slice(begin, end));
          expect(cut.marked).toBe(want);
          expect(cut.before + cut.marked + cut.after).toBe(text);
        }
      }
      expect(utf8Length(text)).toBe(bytes.length);
    }
  });

  it("counts from where the piece begins in the document", () => {
    const document = "前言。保修期为 24 个月。附录";
    const bytes = encoder.encode(document);
    const pieceBegin = encoder.encode("前言。").length;
    const piece = decoder.decode(bytes.slice(pieceBegin));
    const begin = pieceBegin + encoder.encode("保修期为 ").length;
    expect(markSpan(piece, pieceBegin, begin, begin + encoder.encode("24 个月").length).marked).toBe(
      "24 个月",
    );
  });

  it("keeps to the piece when the span reaches beyond it", () => {
    expect(markSpan("cdef", 2, 0, 4)).toEqual({ before: "", marked: "cd", after: "ef" });
    expect(markSpan("cdef", 2, 4, 99)).toEqual({ before: "cd", marked: "ef", after: "" });
    expect(markSpan("cdef", 10, 0, 4)).toEqual({ before: "", marked: "", after: "cdef" });
  });
});

describe("utf16Index", () => {
  it("never splits a character", () => {
    expect(utf16Index("a😀b", 2)).toBe(1);
    expect(utf16Index("a😀b", 5)).toBe(3);
  });
  it("treats a lone surrogate as three bytes, as U+FFFD has", () => {
    expect(utf16Index("\ud83da", 3)).toBe(1);
  });
});
