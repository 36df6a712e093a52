// What people do on the page, by the names that the page gives its controls. `visit` is {page, text}: see browser.mjs.
import { kAnswerMs, until } from "./wait.mjs";

export const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A name that begins as a text of the dictionary does, whatever is put into it: beginning(text.library.open("")). */
export const beginning = (label) => new RegExp(`^${escaped(label.trim())}`);

/** A button or an entry of a menu with a picture before its words: the picture has a name too. */
export const named = (label) => new RegExp(`(^|\\s)${escaped(label)}$`);

export async function signIn({ page, text }, name, password) {
  await page.getByLabel(text.signin.name, { exact: true }).fill(name);
  await page.getByLabel(text.signin.password, { exact: true }).fill(password);
  await page.getByRole("button", { name: text.signin.submit, exact: true }).click();
  await page.getByRole("button", { name: `${text.common.account}: ${name}` }).waitFor();
}

/** An option of a select that can be searched: by its words. */
export async function chooseByWords(field, words) {
  await field.focus();
  await field.press("ArrowDown");
  await field.fill(words);
  await field.press("Enter");
}

/** An option of a select. Its list is drawn outside of the field, and only what is seen is in it. */
export async function choose({ page }, field, option) {
  await field.focus();
  await field.press("ArrowDown");
  const list = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)");
  await list.locator(".ant-select-item-option").filter({ hasText: option }).first().click();
}

/** An entry of the menu that a button opens. */
export async function fromMenu({ page }, button, entry) {
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("menuitem", { name: named(entry) }).click();
}

// ---- asking ----

export const questionBox = ({ page, text }) =>
  page.getByRole("textbox", { name: text.ask.question, exact: true });

/** The last question with its answer, once that is complete or has failed: {turn: an article, failed}. */
async function ended({ page, text }) {
  const turn = page.getByRole("article").last();
  const done = turn.getByRole("button", { name: text.ask.good, exact: true });
  const again = turn.getByRole("button", { name: text.common.retry, exact: true });
  await done.or(again).waitFor({ timeout: kAnswerMs });
  return { turn, failed: await again.isVisible() };
}

/** The last question with its answer: an article. */
export async function answered(visit) {
  const { turn, failed } = await ended(visit);
  if (failed) throw new Error(`no answer: ${await turn.innerText()}`);
  return turn;
}

/** Types a question and waits for its answer or a refusal. */
export async function tryToAsk(visit, question) {
  const { page } = visit;
  const before = await page.getByRole("article").count();
  await questionBox(visit).fill(question);
  await questionBox(visit).press("Enter");
  await until(
    "the question is shown",
    () => page.getByRole("article").count(),
    (count) => count > before,
  );
  return ended(visit);
}

export async function ask(visit, question) {
  await tryToAsk(visit, question);
  return answered(visit);
}

export const quoteOnly = (visit) =>
  choose(
    visit,
    visit.page.getByRole("combobox", { name: visit.text.ask.mode }),
    visit.text.ask.modes.extract,
  );

/** A new conversation. Where there is no room for the list, the button has no words but a name. */
export async function newChat({ page, text }) {
  await page
    .getByRole("button", { name: named(text.ask.newChat) })
    .first()
    .click();
  await page.getByRole("heading", { name: text.ask.hello }).waitFor();
}

/** The chat that is open: its number, and what the server keeps of it. */
export async function openChat({ page }) {
  const id = await until("the address of the chat", () =>
    Number(/\/ask\/(\d+)$/.exec(new URL(page.url()).pathname)?.[1] ?? 0),
  );
  const response = await page.request.get(`/api/chats/${id}`);
  return { id, ...(await response.json()) };
}

/** The last answer that the server keeps of the open chat. */
export async function keptAnswer(visit) {
  const { messages } = await openChat(visit);
  const answer = messages.findLast(({ from }) => from === "assistant")?.answer;
  if (!answer) throw new Error("the server keeps no answer of this chat");
  return answer;
}

/** The button [number] behind a sentence. */
export const citation = (turn, text, number) =>
  turn.getByRole("button", { name: beginning(text.ask.citation(number, "", 0)) }).first();

// ---- reading ----

/** The open document: beside the page, over it where that is narrow. */
export const reader = ({ page, text }) =>
  page
    .getByRole("complementary", { name: text.reader.title, exact: true })
    .or(page.getByRole("dialog", { name: text.reader.title, exact: true }));

// ---- the library ----

/** Puts files of a disk, or {name, mimeType, buffer}, into the collection that is open. */
export const addFiles = ({ page, text }, files) =>
  page.getByLabel(text.upload.files, { exact: true }).setInputFiles(files);

/** Waits until all files that were added are through. */
export async function uploadsDone({ page, text }, files) {
  const status = text.upload.progress(String(files), String(files));
  await page.getByRole("status").filter({ hasText: status }).waitFor({ timeout: kAnswerMs });
}

/** What became of a file in the list of uploads. */
export const uploadOf = ({ page, text }, name) =>
  page
    .getByRole("list", { name: text.upload.title, exact: true })
    .getByRole("listitem")
    .filter({ hasText: name });

/** A document's row in the library. */
export const documentRow = ({ page, text }, name) =>
  page
    .getByRole("listitem")
    .filter({ has: page.getByRole("button", { name: beginning(text.library.open("")) }) })
    .filter({ hasText: name });
