// The server counts in bytes of UTF-8, the browser in UTF-16 units. A citation must mark exactly the quoted words, so the
// two are mapped by counting, never by searching for the quote (it may occur twice).

function bytesOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** The UTF-16 index of a byte offset in `text`; inside a character: its start. Past the end: the length. */
export function utf16Index(text: string, byteOffset: number): number {
  let bytes = 0;
  let at = 0;
  while (at < text.length) {
    const codePoint = text.codePointAt(at) ?? 0;
    const next = bytes + bytesOf(codePoint);
    if (next > byteOffset) return at;
    bytes = next;
    at += codePoint > 0xffff ? 2 : 1;
  }
  return at;
}

export function utf8Length(text: string): number {
  let bytes = 0;
  for (const char of text) bytes += bytesOf(char.codePointAt(0) ?? 0);
  return bytes;
}

export interface Marked {
  before: string;
  marked: string;
  after: string;
}

/** Cuts a piece of a document, which begins at byte `pieceBegin`, around the span [begin, end). */
export function markSpan(piece: string, pieceBegin: number, begin: number, end: number): Marked {
  const from = utf16Index(piece, Math.max(0, begin - pieceBegin));
  const rest = piece.slice(from);
  // A span that begins before the piece has only its remainder here.
  const length = Math.max(0, end - Math.max(begin, pieceBegin));
  const to = from + utf16Index(rest, length);
  return { before: piece.slice(0, from), marked: piece.slice(from, to), after: piece.slice(to) };
}
