import { expect, it } from "vitest";
import { oneLine, printable } from "./printable";

it("shows what would mislead the eye, and leaves writing alone", () => {
  expect(printable("invoice\u202Efdp.exe")).toBe("invoice‹202E›fdp.exe");
  expect(printable("中文，naïve, 👨‍👩‍👧, עברית")).toBe("中文，naïve, 👨‍👩‍👧, עברית");
  expect(oneLine(" a\r\nb\t c ")).toBe("a b c");
});
