import { expect, it } from "vitest";
import { wholeList } from "./pages";

const pagesOf = (asked: (string | null)[], pages: number) => (after: string | null) => {
  asked.push(after);
  const at = Number(after ?? 0);
  return Promise.resolve({ items: [2 * at, 2 * at + 1], next: at + 1 < pages ? String(at + 1) : null });
};

it("wholeList follows the cursor to the end, or to what is wanted at most", async () => {
  const asked: (string | null)[] = [];
  expect(await wholeList(pagesOf(asked, 3), 100)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(asked).toEqual([null, "1", "2"]);
  expect(await wholeList(pagesOf([], 1000), 3)).toEqual([0, 1, 2]);
});
