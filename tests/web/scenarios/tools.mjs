// Search with its trace, the planner, the settings, keys and the audit log.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as act from "../support/actions.mjs";
import { scenario } from "../support/browser.mjs";
import { isDrawn } from "../support/marked.mjs";
import { kDemo } from "../support/place.mjs";
import { kQuestions } from "../support/team.mjs";
import { kAnswerMs, until } from "../support/wait.mjs";

/** A line of the document that answers the Chinese question. */
const kPassage = readFileSync(join(kDemo, "zh/gpu-memory.md"), "utf8")
  .split("\n")
  .find((line) => line.includes("3.5") && line.length > 20);
const kModel = "qwen3-8b";
const kCards = ["RTX 3090", "RTX 4090"];
const kSetting = "answer.sentences";

async function followsPassage({ page, text }, passage) {
  await page.getByLabel(text.search.question, { exact: true }).fill(kQuestions.zh.ask);
  await page.getByLabel(text.search.passage, { exact: true }).fill(passage);
  await page.getByRole("button", { name: act.named(text.search.whySubmit) }).click();
}

async function planFor({ page, text }, model) {
  await page.goto("/planner/plan");
  await page.getByRole("heading", { name: text.planner.startTitle }).waitFor();
  await page.getByRole("combobox", { name: text.planner.model, exact: true }).fill(model);
  await page.getByRole("heading", { name: text.planner.quantTable }).waitFor();
}

/** The bars as they are read out: where the memory goes, in GiB. */
const bars = ({ page, text }) =>
  page.getByRole("img", { name: new RegExp(`: .*${act.escaped(text.planner.parts.weights)} `) });

async function setting(visit, value) {
  const { page, text } = visit;
  const { admin } = text;
  await page.goto("/settings");
  await page.getByLabel(admin.settingsFind, { exact: true }).fill(kSetting);
  const field = page.getByRole("spinbutton", { name: kSetting, exact: true });
  await field.fill(String(value));
  await field.press("Tab");
  await page
    .getByRole("status")
    .filter({ hasText: admin.changed(1) })
    .waitFor();
  await page.getByRole("button", { name: act.named(admin.saveChanges) }).click();
  await page.getByText(text.common.saved, { exact: true }).waitFor();
  await page.reload();
  await until(
    "the setting after a reload",
    () => field.inputValue(),
    (kept) => kept === String(value),
  );
}

async function makeKey({ page, text }, name) {
  const { admin, common } = text;
  await page.goto("/keys");
  await page.getByRole("button", { name: act.named(admin.addKey) }).click();
  const dialogue = page.getByRole("dialog", { name: admin.addKey });
  await dialogue.getByLabel(admin.keyName, { exact: true }).fill(name);
  await dialogue.getByRole("button", { name: act.named(common.create) }).click();
  const made = page.getByRole("dialog", { name: admin.keyMade });
  const secret = await made.getByText(/^cvp_/).innerText();
  await made.getByRole("button", { name: admin.keyDone, exact: true }).click();
  await made.waitFor({ state: "hidden" });
  assert.ok(!(await page.locator("body").innerText()).includes(secret), "the key is shown once");
  return secret;
}

async function revoke({ page, text }, name) {
  const { admin } = text;
  await page.getByRole("button", { name: `${admin.revoke}: ${name}`, exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: admin.revoke, exact: true }).click();
  await page.getByRole("heading", { name: admin.noKeys }).waitFor();
}

const withKey = async (server, secret) =>
  (await fetch(`${server.url}/api/collections`, { headers: { Authorization: `Bearer ${secret}` } })).status;

export function tools(team) {
  scenario("search: passages with their ranks, and each opens at its place", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann, lang: "zh" });
    const { page, text } = visit;
    await page.goto("/search");
    const box = page.getByRole("searchbox", { name: text.search.label });
    await box.fill("KV cache of Llama-3-70B");
    await box.press("Enter");
    const first = page
      .getByRole("listitem")
      .filter({ hasText: text.search.byMeaning })
      .filter({ hasText: "The KV cache" })
      .first();
    await first.waitFor();
    const shown = await first.innerText();
    for (const side of [text.search.byWords, text.search.byMeaning])
      assert.match(
        shown,
        new RegExp(
          `${act.escaped(side + text.common.colon)}(${act.escaped(text.search.notRanked)}|第 \\d+ 名)`,
        ),
      );
    await first.getByRole("button").click();
    await act.reader(visit).locator("mark").waitFor();
    assert.match(await act.reader(visit).locator("mark").textContent(), /KV/);
  });

  scenario("why not found: followed through every stage, or told where it is lost", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann, lang: "zh" });
    const { page, text } = visit;
    await page.goto("/search");
    await page.getByRole("link", { name: text.search.tabs.why, exact: true }).click();
    await followsPassage(visit, kPassage);
    await page.getByText(text.search.found, { exact: true }).waitFor({ timeout: kAnswerMs });
    assert.ok((await page.getByText(text.search.states.passed, { exact: true }).count()) >= 4);
    await followsPassage(visit, "这句话不在任何一个文档里：灯塔每晚七点四十分点亮。");
    await page.getByText(text.search.lost, { exact: true }).waitFor({ timeout: kAnswerMs });
    await page.getByText(text.search.states.lost, { exact: true }).first().waitFor();
    await page.getByText(act.beginning(text.search.remedy)).first().waitFor();
  });

  scenario("planner: bars, speeds and costs follow what is chosen", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann });
    const { page, text } = visit;
    const { planner } = text;
    await page.goto("/planner");
    await page.getByText(planner.cpu, { exact: true }).waitFor();
    await planFor(visit, kModel);
    await page.getByText(planner.ownMachine, { exact: true }).waitFor();
    const here = await bars(visit).first().getAttribute("aria-label");
    const chart = page.getByRole("img", { name: planner.speedChart, exact: true });
    await until(
      "the chart is drawn",
      async () => (await chart.locator("canvas").count()) > 0 && isDrawn(chart.locator("canvas").first()),
    );
    await act.chooseByWords(page.getByRole("combobox", { name: planner.hardware, exact: true }), kCards[1]);
    await until(
      "the bars of the card",
      () => bars(visit).first().getAttribute("aria-label"),
      (label) => label !== here,
    );
    assert.ok(!(await page.getByText(planner.ownMachine, { exact: true }).isVisible()));
  });

  scenario("planner: cards side by side, and a recommendation", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann });
    const { page, text } = visit;
    const { planner } = text;
    await page.goto("/planner/compare");
    const cards = page.getByRole("combobox", { name: planner.chooseCards, exact: true });
    for (const card of kCards) await act.chooseByWords(cards, card);
    await page.keyboard.press("Escape");
    await page.getByRole("rowheader", { name: planner.cardColumns.bandwidth }).waitFor();
    assert.equal(await page.getByRole("columnheader").count(), kCards.length);
    await page.getByRole("img", { name: planner.cardChart, exact: true }).locator("canvas").first().waitFor();
    await page.getByRole("link", { name: planner.tabs.recommend, exact: true }).click();
    await page.getByRole("heading", { name: planner.recommended }).waitFor({ timeout: kAnswerMs });
    await page.getByRole("button", { name: planner.toModels, exact: true }).click();
    await page.getByText(text.models.inUse, { exact: true }).first().waitFor();
  });

  scenario("models: the catalogue is searched, and leads to a plan", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann });
    const { page, text } = visit;
    await page.goto("/models/catalogue");
    await page.getByRole("searchbox", { name: text.models.search }).fill("Qwen3-8B");
    await page
      .getByRole("button", { name: /Qwen3.8B/i })
      .first()
      .click();
    await page.getByRole("dialog").getByRole("button", { name: text.models.planIt, exact: true }).click();
    await page.getByRole("heading", { name: text.planner.quantTable }).waitFor();
  });

  scenario("settings: found, changed, kept, and set back", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann });
    await setting(visit, 3);
    await setting(visit, 2);
  });

  scenario(
    "a key is shown once, works, and stops working when it is revoked; the audit log tells",
    async (stage) => {
      const visit = await stage.visit(team().server, { as: team().ann });
      const { page, text } = visit;
      const secret = await makeKey(visit, "nightly report");
      assert.equal(await withKey(team().server, secret), 200);
      await revoke(visit, "nightly report");
      await until(
        "the key is refused",
        () => withKey(team().server, secret),
        (status) => status === 401,
      );
      await page.goto("/audit");
      for (const [action, subject] of [
        ["key.create", "nightly report"],
        ["key.delete", "nightly report"],
        ["user.create", "bob"],
      ]) {
        const row = page.getByRole("row").filter({ hasText: action }).filter({ hasText: subject }).first();
        await until(
          `${action} in the audit log`,
          async () => (await row.count()) > 0 || (await more(page, text)),
        );
        assert.match(await row.innerText(), /ann/);
      }
      assert.ok(
        !(await page.locator("body").innerText()).includes(secret.slice(-20)),
        "no key in the audit log",
      );
    },
  );

  scenario("users: one is added, and disabled", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann });
    const { page, text } = visit;
    const { admin, common } = text;
    await page.goto("/people");
    await page.getByRole("button", { name: act.named(admin.addUser) }).click();
    const dialogue = page.getByRole("dialog", { name: admin.addUser });
    await dialogue.getByLabel(common.name, { exact: true }).fill("fred");
    await dialogue.getByLabel(admin.password, { exact: true }).fill("too short");
    await dialogue.getByRole("button", { name: act.named(common.add) }).click();
    await dialogue.getByText(text.signin.tooShort(10), { exact: true }).waitFor();
    await dialogue.getByLabel(admin.password, { exact: true }).fill("long enough for fred");
    await dialogue.getByRole("button", { name: act.named(common.add) }).click();
    await page.getByRole("row").filter({ hasText: "fred" }).waitFor();
    await page.getByRole("button", { name: admin.editUser("fred"), exact: true }).click();
    const edit = page.getByRole("dialog", { name: admin.editUser("fred") });
    await edit.getByRole("switch", { name: admin.disabled }).click();
    await edit.getByRole("button", { name: act.named(common.save) }).click();
    await page
      .getByRole("row")
      .filter({ hasText: "fred" })
      .getByText(admin.disabled, { exact: true })
      .waitFor();
    assert.equal(
      (await team().eve.send("POST", "/api/login", { name: "fred", password: "long enough for fred" }))
        .status,
      401,
    );
  });
}

/** Older entries of a list; false where there are none. */
async function more(page, text) {
  const button = page.getByRole("button", { name: act.named(text.common.more) });
  if (await button.isVisible()) await button.click();
  return false;
}
