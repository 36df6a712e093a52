// Questions with the real default models, their citations, and what can be done with a conversation.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as act from "../support/actions.mjs";
import { scenario } from "../support/browser.mjs";
import { likeness, squashed, wordsUnderBoxes } from "../support/marked.mjs";
import { pdfOf } from "../support/page_sources.mjs";
import { kData } from "../support/place.mjs";
import { kCollection, kQuestions } from "../support/team.mjs";
import { kAnswerMs } from "../support/wait.mjs";

const kPress = "kestrel-press.pdf";
const kPressPages = [
  [
    "Kestrel press: operating notes",
    "",
    "The press is started with the green switch beside the door. It is ready",
    "when the blue lamp is lit.",
  ],
  [
    "Kestrel press: maintenance",
    "",
    "Oil is changed by the shift leader. The Kestrel press is serviced every",
    "14 weeks by two technicians from the workshop in Harlow. Belts are kept",
    "in room 12.",
  ],
];
const kPressQuestion = "How often is the Kestrel press serviced?";

/** A real document in two columns, in letters of many widths. */
const kManual = join(kData, "documents/pdf/sources/amt_handbook_sample.pdf");
const kManualQuestion = "What are wing-type nuts made of?";
// Where a quote begins or ends within a line, a box's edge is estimated from the number of its letters.
const kAlike = 0.9;

/** Clicks [1]; gives what the server says it cites. */
async function openFirst(visit, turn) {
  const { citations } = await act.keptAnswer(visit);
  assert.ok(citations.length > 0, "the answer has a source");
  await act.citation(turn, visit.text, 1).click();
  await act.reader(visit).waitFor();
  return citations.find(({ number }) => number === 1);
}

async function asksAndCites(visit, { ask, says, title }) {
  const turn = await act.ask(visit, ask);
  const { outcome } = await act.keptAnswer(visit);
  assert.equal(outcome, "answered", `outcome; the page shows: ${await turn.innerText()}`);
  assert.ok((await turn.innerText()).includes(says), `the answer says ${says}: ${await turn.innerText()}`);
  const cited = await openFirst(visit, turn);
  const opened = act.reader(visit);
  await opened.getByRole("heading", { name: title }).waitFor();
  const mark = opened.locator("mark");
  await mark.waitFor();
  assert.equal(await mark.textContent(), cited.quote, "the marked words are the quote");
  assert.ok(cited.quote.length > 0);
  assert.ok(await inView(mark), "the mark is in view");
  await opened.getByRole("button", { name: visit.text.reader.close }).click();
  await opened.waitFor({ state: "detached" });
}

const inView = (element) =>
  element.evaluate((mark) => {
    const { top, bottom } = mark.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });

async function followUp(visit, question) {
  const { page, text } = visit;
  const turn = await act.ask(visit, question);
  const rewritten = turn.getByText(act.beginning(text.ask.understood)).first();
  const shown = await rewritten.innerText();
  assert.ok(
    shown.length > `${text.ask.understood}${text.common.colon}${question}`.length,
    `more is understood: ${shown}`,
  );
  const turns = await page.getByRole("article").count();
  await page.reload();
  await page
    .getByRole("article")
    .nth(turns - 1)
    .waitFor();
  assert.equal(
    await page.getByRole("article").last().getByText(act.beginning(text.ask.understood)).first().innerText(),
    shown,
  );
}

async function rates(visit) {
  const { page, text } = visit;
  const turn = page.getByRole("article").first();
  await turn.getByRole("button", { name: text.ask.bad }).click();
  const dialogue = page.getByRole("dialog", { name: text.ask.badTitle });
  await dialogue.getByLabel(text.ask.badReasons[3], { exact: true }).check();
  await dialogue.getByRole("button", { name: text.ask.sendFeedback, exact: true }).click();
  await dialogue.waitFor({ state: "hidden" });
  await turn.getByRole("button", { name: text.ask.bad, pressed: true }).waitFor();
  await turn.getByRole("button", { name: text.ask.good }).click();
  await turn.getByRole("button", { name: text.ask.good, pressed: true }).waitFor();
  await turn.getByRole("button", { name: text.ask.bad, pressed: false }).waitFor();
}

async function uploadPdf(visit, name, bytes) {
  const { page, text } = visit;
  await page.goto("/library");
  await page.getByRole("heading", { name: kCollection }).first().waitFor();
  await act.addFiles(visit, [{ name, mimeType: "application/pdf", buffer: bytes }]);
  await act
    .uploadOf(visit, name)
    .getByText(text.upload.outcomes.added, { exact: true })
    .waitFor({ timeout: kAnswerMs });
  await act
    .documentRow(visit, name)
    .getByText(text.library.ready, { exact: true })
    .waitFor({ timeout: kAnswerMs });
  await page.goto("/ask");
}

/** The text of the same place, where every letter is known. */
async function textViewMarks(visit, quote) {
  const opened = act.reader(visit);
  await opened.getByText(visit.text.reader.textView, { exact: true }).click();
  await opened.locator("mark").waitFor();
  assert.equal(await opened.locator("mark").textContent(), quote, "the text view marks the quote");
}

/** Markdown as text, Word as the bytes of a ZIP. */
async function exported(visit, entry) {
  const [download] = await Promise.all([
    visit.page.waitForEvent("download"),
    act.fromMenu(visit, visit.text.ask.chatActions, entry),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

export function asking(team) {
  scenario("a question in Chinese: cited, marked, followed up, rated", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann, lang: "zh" });
    await visit.page.goto("/ask");
    await asksAndCites(visit, kQuestions.zh);
    await followUp(visit, kQuestions.zh.next);
    await rates(visit);
    team().chats.zh = (await act.openChat(visit)).id;
  });

  scenario("a question about a PDF that was just uploaded: boxes lie on the quoted words", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann });
    const { page, text } = visit;
    await uploadPdf(visit, kPress, pdfOf(kPressPages));
    const turn = await act.ask(visit, kPressQuestion);
    assert.match(await turn.innerText(), /\b14\b/);
    const { quote } = await openFirst(visit, turn);
    const pageNumber = act.reader(visit).getByRole("spinbutton", { name: text.reader.pageNumber });
    await pageNumber.waitFor();
    await wordsUnderBoxes(page, (words) => squashed(words) === squashed(quote));
    assert.equal(await pageNumber.inputValue(), "2");
    await textViewMarks(visit, quote);
    team().chats.en = (await act.openChat(visit)).id;
  });

  scenario("a real PDF in two columns", async (stage, test) => {
    if (!existsSync(kManual)) return test.skip(`no ${kManual}`);
    const visit = await stage.visit(team().server, { as: team().ann });
    await uploadPdf(visit, "handbook.pdf", readFileSync(kManual));
    await act.quoteOnly(visit);
    const turn = await act.ask(visit, kManualQuestion);
    const { quote } = await openFirst(visit, turn);
    assert.match(quote, /aluminum alloy/);
    await wordsUnderBoxes(visit.page, (words) => likeness(squashed(words), squashed(quote)) >= kAlike);
    await textViewMarks(visit, quote);
  });

  scenario("a question in English; a follow-up is stopped", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann });
    const { page, text } = visit;
    await page.goto("/ask");
    await asksAndCites(visit, kQuestions.en);
    await act.questionBox(visit).fill(kQuestions.en.next);
    await page.getByRole("button", { name: text.ask.send, exact: true }).click();
    const turn = page.getByRole("article").nth(1);
    await turn.getByRole("status").waitFor();
    await page.getByRole("button", { name: text.ask.stop, exact: true }).first().click();
    await turn.getByText(text.ask.cancelled, { exact: true }).waitFor();
    await page.getByRole("button", { name: text.ask.send, exact: true }).waitFor();
  });

  scenario("an answer that the documents do not give leads to the reason", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann });
    const { page, text } = visit;
    await page.goto("/ask");
    const turn = await act.ask(visit, "Who won the football world cup in 1998?");
    assert.equal((await act.keptAnswer(visit)).outcome, "refused");
    await turn.getByRole("button", { name: text.ask.whyNot, exact: true }).click();
    await page.getByLabel(text.search.question, { exact: true }).waitFor();
    assert.match(await page.getByLabel(text.search.question, { exact: true }).inputValue(), /1998/);
  });

  scenario("a conversation is renamed, exported and deleted", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann });
    const { page, text } = visit;
    const { chat } = await team().ann.ask(kQuestions.en.ask, { mode: "extract" });
    await page.goto(`/ask/${chat}`);
    await act.answered(visit);
    await act.fromMenu(visit, text.ask.chatActions, text.common.rename);
    const dialogue = page.getByRole("dialog", { name: text.ask.renameTitle });
    await dialogue.getByLabel(text.ask.renameTitle, { exact: true }).last().fill("Bytes for training");
    await dialogue.getByRole("button", { name: text.common.save, exact: true }).click();
    await page.getByRole("heading", { name: "Bytes for training", level: 1 }).waitFor();
    const markdown = await exported(visit, text.ask.exportMd);
    assert.match(markdown.name, /\.md$/);
    for (const part of [kQuestions.en.ask, kQuestions.en.title, "[1]"])
      assert.ok(markdown.bytes.toString().includes(part), part);
    const word = await exported(visit, text.ask.exportDocx);
    assert.match(word.name, /\.docx$/);
    assert.equal(word.bytes.subarray(0, 2).toString(), "PK");
    await act.fromMenu(visit, text.ask.chatActions, text.common.remove);
    await page.getByRole("dialog").getByRole("button", { name: text.common.remove, exact: true }).click();
    await page.getByRole("heading", { name: text.ask.hello }).waitFor();
    assert.equal((await team().ann.send("GET", `/api/chats/${chat}`)).status, 404);
  });
}
