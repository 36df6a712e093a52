import type { TextPiece } from "../api/library";

/** Two neighbouring pieces as one; anything else leaves the first as it is. */
export function joinPieces(first: TextPiece, second: TextPiece): TextPiece {
  if (first.end !== second.begin) return first;
  return { ...first, end: second.end, text: first.text + second.text };
}
