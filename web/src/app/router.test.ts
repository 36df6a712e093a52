import { expect, it } from "vitest";
import { idOf, parseRoute } from "./router";

it("reads page, id and query from the address", () => {
  expect(parseRoute("/", "")).toMatchObject({ page: "", id: null });
  const route = parseRoute("/evaluation/3", "?with=5");
  expect([route.page, route.id, route.query.get("with")]).toEqual(["evaluation", "3", "5"]);
});

it("takes only whole positive numbers as ids", () => {
  expect(["7", "0", "-1", "1e3", "07", "99999999999999999999", "", null].map(idOf)).toEqual([
    7,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});
