// A new server: the wizard leads from the token that it printed to a cited answer.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, beforeEach } from "node:test";
import {
  answered,
  beginning,
  citation,
  keptAnswer,
  questionBox,
  reader,
  uploadOf,
} from "../support/actions.mjs";
import { scenario } from "../support/browser.mjs";
import { kDemo } from "../support/place.mjs";
import { Server } from "../support/server.mjs";
import { kPassword, kQuestions } from "../support/team.mjs";
import { kAnswerMs } from "../support/wait.mjs";

const kModel = /^qwen2\.5-coder-1\.5b-instruct/;

async function createAccount({ page, text }, { token, password, repeat }) {
  const { signin } = text;
  await page.getByLabel(signin.token, { exact: true }).fill(token);
  await page.getByLabel(signin.name, { exact: true }).fill("林悦");
  await page.getByLabel(signin.password, { exact: true }).fill(password);
  await page.getByLabel(signin.repeat, { exact: true }).fill(repeat);
  await page.getByRole("button", { name: signin.create, exact: true }).click();
}

async function setUp(visit, server) {
  const { page, text } = visit;
  await page.goto("/?setup=from-the-link");
  await page.getByRole("heading", { name: text.signin.setupTitle }).waitFor();
  assert.equal(await page.getByLabel(text.signin.token, { exact: true }).inputValue(), "from-the-link");
  assert.equal(new URL(page.url()).search, "", "the code does not stay in the address");
  await createAccount(visit, { token: server.token, password: kPassword, repeat: `${kPassword}?` });
  await page.getByText(text.signin.different).waitFor();
  await createAccount(visit, { token: "not the token", password: kPassword, repeat: kPassword });
  await page.getByRole("alert").filter({ hasText: "cvp serve" }).waitFor();
  await createAccount(visit, { token: server.token, password: kPassword, repeat: kPassword });
  await page.getByRole("heading", { name: text.welcome.title, level: 1 }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/welcome");
}

async function chooseModel({ page, text }, next) {
  await page.getByRole("heading", { name: text.welcome.machineTitle }).waitFor();
  await page.getByText(text.planner.cpu, { exact: true }).waitFor();
  await next.click();
  const model = page.getByRole("radio", { name: kModel });
  await model.waitFor({ timeout: kAnswerMs });
  assert.ok(await model.isChecked(), "the model that is in use is chosen");
  await page.getByText(text.models.installed, { exact: true }).first().waitFor();
  await next.click();
  await page.getByText(text.welcome.ready).waitFor();
  await next.click();
}

async function addDocuments(visit, next) {
  const { page, text } = visit;
  await page.getByRole("heading", { name: text.welcome.documentsTitle }).waitFor();
  const files = ["en/training-memory.md", "zh/gpu-memory.md", "zh/security-checklist.docx"];
  const input = page.getByLabel(text.upload.files, { exact: true });
  await input.waitFor({ state: "attached" });
  await input.setInputFiles(files.map((file) => join(kDemo, file)));
  for (const file of files)
    await uploadOf(visit, file.slice(3))
      .getByText(text.upload.outcomes.added, { exact: true })
      .waitFor({ timeout: kAnswerMs });
  await page.getByText(text.welcome.added(String(files.length))).waitFor();
  await next.click();
}

async function firstQuestion(visit) {
  const { page, text } = visit;
  const { ask, says, title } = kQuestions.en;
  await page.getByRole("heading", { name: text.welcome.questionTitle }).waitFor();
  const box = page.getByLabel(text.ask.question, { exact: true });
  await box.fill(ask);
  await box.press("Enter");
  await questionBox(visit).waitFor();
  const turn = await answered(visit);
  await page.waitForURL(/\/ask\/\d+$/);
  const answer = await keptAnswer(visit);
  assert.equal(answer.outcome, "answered", `outcome; the page shows: ${await turn.innerText()}`);
  assert.match(await turn.innerText(), new RegExp(`\\b${says}\\b`));
  await citation(turn, text, 1).click();
  const opened = reader(visit);
  await opened.getByRole("heading", { name: title }).waitFor();
  assert.equal(await opened.locator("mark").textContent(), answer.citations[0].quote);
}

export function firstRun() {
  let starting, server;
  beforeEach(async () => (server = await (starting ??= Server.start("first_run", { models: true }))));
  after(() => server?.stop());

  scenario("the wizard leads from the setup token to the first cited answer", async (stage) => {
    const visit = await stage.visit(server);
    const next = visit.page.getByRole("button", { name: visit.text.welcome.next, exact: true });
    await setUp(visit, server);
    await chooseModel(visit, next);
    await addDocuments(visit, next);
    await firstQuestion(visit);
  });

  scenario("who comes later signs in, and a wrong password is told", async (stage) => {
    const { page, text } = await stage.visit(server, { lang: "zh" });
    await page.goto("/library");
    await page.getByLabel(text.signin.name, { exact: true }).fill("林悦");
    await page.getByLabel(text.signin.password, { exact: true }).fill("not the password");
    await page.getByRole("button", { name: text.signin.submit, exact: true }).click();
    const alert = page.getByRole("alert");
    await alert.first().waitFor();
    assert.match(await alert.first().innerText(), /[一-鿿]/, "in the language of the page");
    await page.getByLabel(text.signin.password, { exact: true }).fill(kPassword);
    await page.getByRole("button", { name: text.signin.submit, exact: true }).click();
    await page.getByRole("heading", { name: text.library.title, level: 1 }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/library", "it goes where it was asked to");
    await page.getByRole("button", { name: beginning(`${text.common.account}: `) }).waitFor();
  });
}
