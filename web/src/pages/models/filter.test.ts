import { expect, it } from "vitest";
import type { CatalogueModel } from "../../api/machine";
import { filterCatalogue, kNoFilter, sizeClass } from "./filter";

const model = (part: Partial<CatalogueModel>) =>
  ({
    id: "",
    name: "",
    maker: "",
    family: "",
    access: "open weights",
    commercial: "yes",
    country: "CN",
    ...part,
  }) as CatalogueModel;
const models = [
  model({ id: "qwen3-8b", name: "Qwen3 8B", maker: "Alibaba", parameters: 8.2e9 }),
  model({ id: "claude-1", name: "Claude", maker: "Anthropic", access: "service only", country: "US" }),
  model({
    id: "llama-3-70b",
    name: "Llama 3 70B",
    maker: "Meta",
    parameters: 70e9,
    commercial: "with conditions",
    country: "US",
  }),
];
const ids = (filter: Partial<typeof kNoFilter>) =>
  filterCatalogue(models, { ...kNoFilter, ...filter }).map(({ id }) => id);

it("wants every word and one of each row of choices", () => {
  expect(ids({})).toHaveLength(3);
  expect(ids({ words: "  8b qwen " })).toEqual(["qwen3-8b"]);
  expect(ids({ words: "qwen meta" })).toEqual([]);
  expect(ids({ countries: ["US"], access: ["open weights"] })).toEqual(["llama-3-70b"]);
  expect(ids({ sizes: ["small", "large"] })).toEqual(["qwen3-8b", "llama-3-70b"]);
});

it("puts no model of unknown size into a class", () => {
  expect(sizeClass(undefined)).toBeNull();
  expect(ids({ sizes: ["tiny"] })).toEqual([]);
});
