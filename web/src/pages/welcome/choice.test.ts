import { expect, it } from "vitest";
import type { ModelItem } from "../../api/machine";
import type { Recommendation } from "../../api/plan_types";
import { firstChoice, toFetch } from "./choice";

const model = (name: string, role: "chat" | "embed", part: Partial<ModelItem> = {}) =>
  ({ name, role, installed: false, in_use: false, ...part }) as ModelItem;
const items = [model("small", "chat"), model("large", "chat"), model("e5", "embed"), model("bge", "embed")];
const recommend = (...ids: string[]) =>
  ({ chat: ids.map((id) => ({ id, in_time: true })) }) as Recommendation;

it("takes the best model that can be fetched here, and keeps what is in use", () => {
  expect(firstChoice(items, recommend("huge", "large", "small"))).toBe("large");
  expect(firstChoice([...items, model("mine", "chat", { in_use: true })], recommend("large"))).toBe("mine");
  expect(firstChoice(items, recommend("huge"))).toBeNull();
});

it("fetches an embedder only where there is none", () => {
  expect(toFetch(items, "small").map(({ name }) => name)).toEqual(["small", "e5"]);
  expect(toFetch([...items, model("mini", "embed", { installed: true })], null)).toEqual([]);
});
