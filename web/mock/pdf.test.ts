import { expect, it } from "vitest";
import { makePdf } from "./pdf";

it("knows on which page and in which lines a span stands", () => {
  const pdf = makePdf([["one two", "three"], ["four"]]);
  expect(pdf.text).toBe("one two\nthree\ffour");
  const begin = pdf.text.indexOf("two");
  const boxes = pdf.boxes(begin, pdf.text.length);
  expect(boxes.map(({ page }) => page)).toEqual([1, 1, 2]);
  expect(boxes[0]?.x0).toBeGreaterThan(boxes[1]?.x0 ?? 0);
  expect(pdf.bytes.subarray(0, 5).toString()).toBe("%PDF-");
});
