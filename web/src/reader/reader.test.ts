import { expect, it } from "vitest";
import type { TextPiece } from "../api/library";
import { boxStyle } from "./box";
import { joinPieces } from "./pieces";

const piece = (begin: number, text: string): TextPiece => ({
  revision: 1,
  begin,
  end: begin + text.length,
  size: 100,
  text,
});

it("joins neighbouring pieces only, so that no byte is counted twice or left out", () => {
  expect(joinPieces(piece(0, "ab"), piece(2, "cd"))).toEqual(piece(0, "abcd"));
  expect(joinPieces(piece(0, "ab"), piece(3, "cd"))).toEqual(piece(0, "ab"));
});

it("places a box in percent of its page", () => {
  const size = { width: 600, height: 800 };
  expect(boxStyle({ page: 1, x0: 60, y0: 80, x1: 300, y1: 100 }, size)).toEqual({
    left: "10%",
    top: "10%",
    width: "40%",
    height: "2.5%",
  });
});
