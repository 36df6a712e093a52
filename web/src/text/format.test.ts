import { expect, it } from "vitest";
import { makeFormats } from "./format";

const [zh, en] = [makeFormats("zh"), makeFormats("en")];

it("writes numbers as each language does", () => {
  expect([en.bytes(1117320768), en.gib(12884901888), en.count(1234567)]).toEqual([
    "1.12 GB",
    "12 GiB",
    "1,234,567",
  ]);
  expect([en.parameters(8190735360), zh.parameters(8190735360), zh.parameters(2e6)]).toEqual([
    "8.2B",
    "81.9 亿",
    "200 万",
  ]);
  expect([en.duration(3725), zh.duration(65), en.duration(-1)]).toEqual(["1 h 2 min", "1 分 5 秒", "0 s"]);
  expect([en.ago(1000, 1_000_000), zh.ago(1000, 1_000_000), en.ago(1000 - 7200, 1_000_000)]).toEqual([
    "just now",
    "刚刚",
    "2 hours ago",
  ]);
});
