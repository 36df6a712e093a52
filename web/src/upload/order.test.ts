import { expect, it } from "vitest";
import { inOrder } from "./order";
import type { UploadItem } from "./queue";

it("shows first what needs a person, last what is done", () => {
  const item = (id: number, state: UploadItem["state"]) => ({ id, state }) as UploadItem;
  const items = [
    item(1, "done"),
    item(2, "waiting"),
    item(3, "failed"),
    item(4, "sending"),
    item(5, "failed"),
  ];
  expect(inOrder(items).map(({ id }) => id)).toEqual([3, 5, 4, 2, 1]);
  expect(items[0]?.id).toBe(1);
});
