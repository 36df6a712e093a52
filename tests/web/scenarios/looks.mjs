// Every page in both languages, light and dark, on a desktop and on a phone; and by keyboard alone.
import assert from "node:assert/strict";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import * as act from "../support/actions.mjs";
import { kDesktop, kPhone, scenario } from "../support/browser.mjs";
import { wordsUnderBoxes } from "../support/marked.mjs";
import { kRoot, kUpdateScreenshots } from "../support/place.mjs";
import { kPassword, kQuestions } from "../support/team.mjs";
import { faults, pagesFor, settled } from "../support/tour.mjs";
import { until } from "../support/wait.mjs";

const kVariants = [
  { lang: "en", look: "light", size: kDesktop },
  { lang: "zh", look: "dark", size: kDesktop },
  { lang: "zh", look: "light", size: kPhone },
  { lang: "en", look: "dark", size: kPhone },
];
const kTags = { en: "en", zh: "zh-CN" };
const kPictureBytes = 200_000;
const kPictured = ["ask", "answer", "library", "plan", "models", "settings", "people"];
const kMostStops = 40;

async function checkPage(page, { lang, look }, where) {
  assert.deepEqual(await page.evaluate(faults), [], where);
  const seen = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    look: document.documentElement.dataset.look,
  }));
  assert.deepEqual(seen, { lang: kTags[lang], look }, where);
}

async function tour(stage, team, variant) {
  const { page, text } = await stage.visit(team.server, { as: team.ann, ...variant });
  for (const [name, address, heading] of pagesFor(text, await team.chat(variant.lang))) {
    await page.goto(address);
    await settled(page, heading);
    await checkPage(page, variant, name);
  }
}

/** A picture for the documentation, in the size that people have. */
async function picture(page, lang, name) {
  const folder = join(kRoot, "docs/screenshots", lang);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
  assert.ok(statSync(path).size <= kPictureBytes, `${path} has ${statSync(path).size} bytes`);
}

async function pictures(stage, team, lang) {
  for (const [suffix, device] of [
    ["", { size: kDesktop }],
    ["-dark", { size: kDesktop, look: "dark" }],
    ["-phone", { size: kPhone }],
  ]) {
    const visit = await stage.visit(team.server, { as: team.ann, lang, ...device });
    const { page, text } = visit;
    const pages = pagesFor(text, await team.chat(lang)).filter(
      ([name]) => suffix !== "-dark" || name === "answer",
    );
    for (const [name, address, heading] of pages.filter(([one]) => kPictured.includes(one))) {
      await page.goto(address);
      await settled(page, heading);
      if (name === "answer" && suffix !== "-phone") {
        await act.citation(page.getByRole("article").first(), text, 1).click();
        await act.reader(visit).locator("mark, .pdf-box").first().waitFor();
        if ((await act.reader(visit).locator(".pdf-box").count()) > 0) await wordsUnderBoxes(page, Boolean);
      }
      await picture(page, lang, name + suffix);
    }
    if (suffix === "") await searchPicture(visit, lang);
  }
}

async function searchPicture({ page, text }, lang) {
  await page.goto("/search");
  const box = page.getByRole("searchbox", { name: text.search.label });
  await box.fill(kQuestions[lang].ask);
  await box.press("Enter");
  await page.getByRole("listitem").filter({ hasText: text.search.byMeaning }).first().waitFor();
  await picture(page, lang, "search");
}

/** Name of what has the focus, as it is read out. Runs in the page. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return "";
    return element.id || element.getAttribute("aria-label") || element.textContent.trim() || element.tagName;
  });

async function tabTo(page, id) {
  const stops = [];
  while (stops.length < kMostStops && stops.at(-1) !== id) {
    await page.keyboard.press("Tab");
    stops.push(await focused(page));
  }
  assert.equal(stops.at(-1), id, `reached in ${kMostStops} steps: ${stops.join(" → ")}`);
  return stops;
}

async function byKeyboard(visit) {
  const { page, text } = visit;
  await page.goto("/ask");
  await page.getByRole("heading", { name: text.ask.hello }).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), text.common.skip, "the first stop skips what every page has");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "main");
  const stops = await tabTo(page, "question");
  assert.ok(!stops.includes(""), `every stop has the focus: ${stops.join(" → ")}`);
  await page.keyboard.type("Which cache");
  await page.keyboard.press("Shift+Enter");
  assert.equal(await act.questionBox(visit).inputValue(), "Which cache\n", "Shift+Enter begins a line");
  assert.equal(await page.getByRole("article").count(), 0);
  await act.quoteOnly(visit);
  await act.questionBox(visit).focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(kQuestions.en.ask);
  await page.keyboard.press("Enter");
  return act.answered(visit);
}

async function escapes(visit, turn) {
  const { page, text } = visit;
  const button = act.citation(turn, text, 1);
  await button.focus();
  await page.keyboard.press("Enter");
  const opened = act.reader(visit);
  await opened.locator("mark").waitFor();
  await until("the focus is in the document", () =>
    opened.evaluate((pane) => pane.contains(document.activeElement)),
  );
  await page.keyboard.press("Escape");
  await opened.waitFor({ state: "detached" });
  assert.ok(
    await button.evaluate((element) => element === document.activeElement),
    "the focus is back at the citation",
  );
}

/** What the device says is overruled by what somebody has chosen, and that is kept. */
async function chooses(stage, team) {
  const first = await stage.visit(team.server, { lang: "zh", look: "light", motion: "reduce" });
  const { page, text } = first;
  await page.goto("/search");
  await act.signIn(first, "dora", kPassword);
  await page.getByRole("heading", { name: text.search.title, level: 1 }).waitFor();
  await act.fromMenu(first, text.common.look, text.common.looks.dark);
  await page.waitForFunction(() => document.documentElement.dataset.look === "dark");
  await act.fromMenu(first, text.common.language, "English");
  await page.getByRole("heading", { name: "Search", level: 1, exact: true }).waitFor();
  await until(
    "the account keeps the language",
    async () => (await team.dora.must("GET", "/api/me")).user.language,
    (kept) => kept === "en",
  );
  await page.reload();
  await page.getByRole("heading", { name: "Search", level: 1, exact: true }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.look), "dark");
  const other = await stage.visit(team.server, { as: team.dora, lang: "zh" });
  await other.page.goto("/search");
  await other.page.getByRole("heading", { name: "Search", level: 1, exact: true }).waitFor();
}

export function looks(team) {
  for (const variant of kVariants) {
    const { lang, look, size } = variant;
    scenario(`every page: ${lang}, ${look}, ${size.width} pixels`, (stage) => tour(stage, team(), variant));
  }

  scenario("by keyboard: to the question, through the answer, and back from a source", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann, motion: "reduce" });
    await escapes(visit, await byKeyboard(visit));
  });

  scenario("on a phone: the menu leads on, a source opens over the answer and closes", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann, lang: "zh", size: kPhone });
    const { page, text } = visit;
    await page.goto(`/ask/${await team().chat("zh")}`);
    await act.citation(page.getByRole("article").first(), text, 1).click();
    const opened = act.reader(visit);
    await opened.locator("mark").waitFor();
    assert.deepEqual(await page.evaluate(faults), []);
    await opened.getByRole("button", { name: text.reader.close }).click();
    await opened.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: text.common.menu, exact: true }).click();
    await page
      .getByRole("navigation", { name: text.common.mainMenu })
      .getByRole("link", { name: act.named(text.common.nav.library) })
      .click();
    await page.getByRole("heading", { name: text.library.title, level: 1 }).waitFor();
  });

  scenario("language and appearance are chosen and kept", (stage) => chooses(stage, team()));

  for (const lang of kUpdateScreenshots ? ["en", "zh"] : [])
    scenario(`pictures for the documentation: ${lang}`, (stage) => pictures(stage, team(), lang));
}
