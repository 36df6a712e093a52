import { expect, it } from "vitest";
import type { Setting } from "../../api/settings";
import { groupSettings } from "./group";

const setting = (key: string, text = ""): Setting => ({ key, text, value: "", default: "", type: "text" });

it("groups by the first part of the key, puts unknown ones last and finds by every word", () => {
  const all = [
    setting("engine.threads"),
    setting("answer.mode", "how passages are read"),
    setting("weird.key"),
    setting("answer.tokens"),
  ];
  expect(groupSettings(all, "").map(([group, items]) => [group, items.length])).toEqual([
    ["answer", 2],
    ["engine", 1],
    ["other", 1],
  ]);
  expect(groupSettings(all, "answer READ")[0]?.[1].map(({ key }) => key)).toEqual(["answer.mode"]);
  expect(groupSettings(all, "nothing")).toEqual([]);
});
