// Other people of the same server: they see nothing that is not shared with them, and what is shared only as far as it is.
import assert from "node:assert/strict";
import * as act from "../support/actions.mjs";
import { scenario } from "../support/browser.mjs";
import { kCollection, kPassword, kQuestions } from "../support/team.mjs";

const kUnknown = 987654321;

/** A refusal without the number that was asked for: nothing else may tell a foreign thing from one that is not there. */
async function refusal(client, method, path, id, body) {
  const { status, text } = await client.send(method, path.replace("ID", id), body);
  return { status, text: text.replaceAll(String(id), "ID") };
}

const kPaths = [
  ["GET", "/api/documents/ID", "document"],
  ["GET", "/api/documents/ID/original", "document"],
  ["GET", "/api/documents/ID/text", "document"],
  ["GET", "/api/documents/ID/boxes?begin=0&end=10", "document"],
  ["GET", "/api/documents/ID/chunks", "document"],
  ["DELETE", "/api/documents/ID", "document"],
  ["GET", "/api/collections/ID/documents", "collection"],
  ["PATCH", "/api/collections/ID", "collection", { name: "mine now" }],
  ["DELETE", "/api/collections/ID", "collection"],
  ["GET", "/api/chats/ID", "chat"],
  ["GET", "/api/chats/ID/export?format=md", "chat"],
  ["PATCH", "/api/chats/ID", "chat", { title: "mine now" }],
  ["DELETE", "/api/chats/ID", "chat"],
];

async function things(team) {
  const { items } = await team.ann.must("GET", `/api/collections/${team.collection}/documents?limit=200`);
  const { id: document } = items.find(({ name }) => name.endsWith("gpu-memory.md"));
  return { document, collection: team.collection, chat: await team.chat("zh") };
}

async function seesNothing(visit) {
  const { page, text } = visit;
  await page.getByRole("heading", { name: text.ask.noDocuments }).waitFor();
  await page.getByText(text.ask.noHistory).waitFor();
  await page.goto("/library");
  await page.getByRole("heading", { name: text.library.noCollectionsReader }).waitFor();
  await page.goto("/search");
  const box = page.getByRole("searchbox", { name: text.search.label });
  await box.fill("显存");
  await box.press("Enter");
  await page.getByRole("heading", { name: text.search.nothing }).waitFor();
  for (const admins of ["/people", "/audit", "/settings", "/welcome"]) {
    await page.goto(admins);
    await page.getByRole("heading", { name: text.common.notFoundTitle }).waitFor();
  }
  assert.equal(await page.getByRole("link", { name: text.common.nav.people, exact: true }).count(), 0);
}

async function directAddresses({ page, text }, { document, collection, chat }) {
  await page.goto(`/ask/${chat}`);
  await page
    .getByRole("alert")
    .filter({ hasText: String(chat) })
    .waitFor();
  assert.ok(
    !(await page.locator("body").innerText()).includes(kQuestions.zh.ask),
    "the question of the chat",
  );
  await page.goto(`/library/${collection}`);
  await page.getByRole("heading", { name: text.library.noCollectionsReader }).waitFor();
  for (const path of [
    `/api/documents/${document}/original`,
    `/api/chats/${chat}`,
    `/api/chats/${chat}/export?format=md`,
  ])
    assert.equal((await page.request.get(path)).status(), 404, path);
}

async function share({ page, text }, name) {
  await act.fromMenu({ page, text }, text.ask.chatActions, text.ask.share);
  const dialogue = page.getByRole("dialog", { name: text.ask.shareTitle });
  await act.choose({ page }, dialogue.getByRole("combobox", { name: text.ask.sharePlaceholder }), name);
  await page.keyboard.press("Escape");
  await dialogue.getByRole("button", { name: text.common.save, exact: true }).click();
  await dialogue.waitFor({ state: "hidden" });
}

async function giveAccess({ page, text }, name) {
  await page.getByRole("button", { name: text.library.access, exact: true }).click();
  const dialogue = page.getByRole("dialog", { name: text.library.accessTitle(kCollection) });
  await act.choose({ page }, dialogue.getByRole("combobox", { name: text.library.accessAdd }), name);
  await page.keyboard.press("Escape");
  await dialogue.getByRole("combobox", { name: text.library.accessRight(name) }).waitFor();
  await dialogue.getByRole("button", { name: text.common.save, exact: true }).click();
  await dialogue.waitFor({ state: "hidden" });
}

async function asReader(visit, chat) {
  const { page, text } = visit;
  await page.goto("/ask");
  const link = page.getByRole("link").filter({ hasText: text.ask.sharedWithMe });
  await link.click();
  await page.waitForURL(new RegExp(`/ask/${chat}$`));
  await page.getByText(text.ask.readOnly).waitFor();
  assert.equal(await act.questionBox(visit).count(), 0, "it cannot be continued");
  const turn = page.getByRole("article").first();
  await turn.waitFor();
  return turn;
}

export function strangers(team) {
  scenario("another user sees no documents and no conversations", async (stage) => {
    const visit = await stage.visit(team().server);
    await visit.page.goto("/ask");
    await act.signIn(visit, "bob", kPassword);
    await seesNothing(visit);
    await directAddresses(visit, await things(team()));
  });

  scenario("what is another's is answered exactly as what does not exist", async () => {
    const found = await things(team());
    for (const [method, path, kind, body] of kPaths) {
      const theirs = await refusal(team().eve, method, path, found[kind], body);
      const none = await refusal(team().eve, method, path, kUnknown, body);
      assert.equal(theirs.status, 404, `${method} ${path}`);
      assert.deepEqual(theirs, none, `${method} ${path}`);
    }
  });

  scenario("a shared conversation shows its sources only to who may read them", async (stage) => {
    const chat = await team().chat("zh");
    const quote = (await team().ann.must("GET", `/api/chats/${chat}`)).messages[1].answer.citations[0].quote;
    const owner = await stage.visit(team().server, { as: team().ann });
    await owner.page.goto(`/ask/${chat}`);
    await act.answered(owner);
    await share(owner, "bob");

    const visit = await stage.visit(team().server, { as: team().bob });
    const hidden = await asReader(visit, chat);
    assert.ok((await hidden.innerText()).includes(kQuestions.zh.ask));
    assert.ok(
      !(await visit.page.locator("body").innerText()).includes(quote),
      "the quote of a document that bob may not read",
    );

    const { access } = (await team().ann.must("GET", "/api/collections")).items.find(
      ({ id }) => id === team().collection,
    );
    await owner.page.goto(`/library/${team().collection}`);
    await giveAccess(owner, "bob");
    await visit.page.reload();
    const turn = visit.page.getByRole("article").first();
    await act.citation(turn, visit.text, 1).click();
    const opened = act.reader(visit);
    await opened.locator("mark").waitFor();
    assert.equal(await opened.locator("mark").textContent(), quote);

    await team().ann.must("PATCH", `/api/collections/${team().collection}`, { access });
    await team().ann.must("PATCH", `/api/chats/${chat}`, { share: [] });
    await visit.page.reload();
    await visit.page.getByRole("alert").first().waitFor();
    assert.equal(await visit.page.getByRole("article").count(), 0);
  });
}
