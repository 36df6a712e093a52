import { describe, expect, it } from "vitest";
import { en } from "./en";
import { firstLanguage } from "./language";
import { zh } from "./zh";

/** Every text with its path; functions are called with sample values, as the page would. */
function texts(node: unknown, path = ""): [string, string][] {
  if (typeof node === "string") return [[path, node]];
  if (typeof node === "function") {
    const sample = (...args: unknown[]) => String((node as (...args: unknown[]) => unknown)(...args));
    return [[path, `${sample(3, 7, 7)}\n${sample("甲", "乙", "丙")}`]];
  }
  return Object.entries(node as object).flatMap(([key, value]) =>
    texts(value, path === "" ? key : `${path}.${key}`),
  );
}
const english = texts(en);
const chinese = new Map(texts(zh));
const kHan = /\p{Script=Han}/u;
/** The same in every language. */
const kNames =
  /product|colon|exportMd|exportDocx|watchPlaceholder|methods\.(lora|qlora)|quantColumns|cardColumns\.(fp16|int8)|where\.cpu|planner\.(band|barOf|price|priceEach)$|confidence|byModel|units\.bytes/;

describe("dictionaries", () => {
  it("have the same keys, none empty", () => {
    expect([...chinese.keys()].sort()).toEqual(english.map(([path]) => path).sort());
    for (const [path, text] of [...english, ...chinese]) expect(text.trim(), path).not.toBe("");
  });
  it("are each in their own language", () => {
    for (const [path, text] of chinese) {
      if (!kNames.test(path)) expect(kHan.test(text.replace(/[甲乙丙]/g, "")), `${path}: ${text}`).toBe(true);
    }
    for (const [path, text] of english) {
      if (!/exampleQuestions/.test(path))
        expect(kHan.test(text.replace(/[甲乙丙]/g, "")), `${path}: ${text}`).toBe(false);
    }
  });
  it("set Chinese as it is printed: full-width punctuation, a space beside Latin letters", () => {
    for (const [path, text] of chinese) {
      const own = text.replace(/[甲乙丙]/g, "·");
      expect(own, path).not.toMatch(/\p{Script=Han}[,;:?!](?!\/)/u);
      expect(own, path).not.toMatch(/\p{Script=Han}[A-Za-z]|[A-Za-z]\p{Script=Han}/u);
    }
  });
});

it("firstLanguage: the choice made before, else the first of the browser's that exists", () => {
  expect(firstLanguage("zh", ["en"])).toBe("zh");
  expect(firstLanguage(null, ["fr-FR", "zh-TW", "en"])).toBe("zh");
  expect(firstLanguage("xx", ["fr", "en-GB"])).toBe("en");
  expect(firstLanguage(null, [])).toBe("en");
});
