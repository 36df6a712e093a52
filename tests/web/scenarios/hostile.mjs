// Texts that want to become more than text, everywhere where a text of somebody's is shown. The server has no model, so that answers
// quote word for word; that it says how to get one is tested too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, beforeEach } from "node:test";
import * as act from "../support/actions.mjs";
import { scenario } from "../support/browser.mjs";
import { Client } from "../support/client.mjs";
import { Server } from "../support/server.mjs";
import { kPassword } from "../support/team.mjs";
import { pagesFor, settled } from "../support/tour.mjs";
import { until } from "../support/wait.mjs";

const kPayloads = readFileSync(new URL("../xss.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("# "))
  .map((line) => line.replace(/\\u\{([0-9a-f]+)\}/g, (_, code) => String.fromCodePoint(parseInt(code, 16))));
const kTyped = kPayloads.filter((_, at) => at % 12 === 0);
/** What a refusal may be; anything else is a failure of the server. */
const kExpected = [200, 201, 202, 204, 400, 409, 413, 429];

/** Runs in the page: whatever a text of somebody's has become, besides text. */
function grown() {
  const out = [];
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on")) out.push(`${element.tagName} has ${name}`);
      if (!["href", "src", "action", "data", "xlink:href", "formaction", "srcdoc"].includes(name)) continue;
      const own =
        /^(data|blob):/.test(value) ||
        (URL.canParse(value, location.href) && new URL(value, location.href).origin === location.origin);
      if (!own) out.push(`${element.tagName} leads to ${value}`);
    }
  }
  for (const bad of document.querySelectorAll(
    "iframe, object, embed, base, meta[http-equiv], marquee, math, audio, video, form[action], link[rel=prefetch]",
  ))
    out.push(`there is a ${bad.tagName}`);
  return out;
}

async function unharmed(page, where) {
  assert.deepEqual(await page.evaluate(grown), [], where);
}

/** Sends a text as the value of every name that the server keeps. */
async function everyName(client, payload) {
  const tries = [
    ["/api/collections", { name: payload }],
    ["/api/groups", { name: payload, members: [] }],
    ["/api/users", { name: payload, password: kPassword, role: "reader", groups: [] }],
    ["/api/me/keys", { name: payload, scopes: ["read"], expires_days: 1 }],
  ];
  if (kTyped.includes(payload)) {
    const questions = [{ question: payload, answers: [payload] }];
    tries.push(["/api/evaluations", { name: payload, kind: "retrieval", questions }]);
    tries.push(["/api/login", { name: payload, password: kPassword }]);
  }
  for (const [path, body] of tries) {
    const { status, text } = await client.send("POST", path, body);
    const unknown = path === "/api/login" && status === 401;
    assert.ok(
      unknown || kExpected.includes(status),
      `${path} with ${JSON.stringify(payload)}: ${status} ${text}`,
    );
  }
}

/** Every text as a file's name, as its title and in it. What begins with a dot the page leaves out. */
const files = () =>
  kPayloads
    .filter((payload) => !payload.split("/").some((part) => part.startsWith(".")))
    .map((payload, at) => ({
      name: `${payload}.md`,
      mimeType: "text/markdown",
      buffer: Buffer.from(`# ${payload}\n\nGate number ${at} opens with the word ${payload} at noon.\n`),
    }));

const kAll = [
  {
    name: "all.md",
    mimeType: "text/markdown",
    buffer: Buffer.from(`# All of them\n\n${kPayloads.join("\n\n")}\n`),
  },
  {
    name: "all.html",
    mimeType: "text/html",
    buffer: Buffer.from(
      `<html><head><title>All</title></head><body>${kPayloads.map((one) => `<p>word ${one}</p>`).join("\n")}</body></html>`,
    ),
  },
];

async function showAll({ page, text }, list) {
  const more = page.getByRole("button", { name: act.named(text.common.more) });
  while (await more.isVisible()) {
    const before = await list.count();
    await more.click();
    await until(
      "more of the list",
      () => list.count(),
      (count) => count > before,
    );
  }
}

async function opensAndReads(visit, row, name) {
  const { page, text } = visit;
  await row.getByRole("button", { name: act.beginning(text.library.open("")) }).click();
  const opened = act.reader(visit);
  await opened.locator(".reader-text").waitFor();
  await unharmed(page, `the document ${name}`);
  await opened.getByRole("button", { name: text.reader.close }).click();
  await opened.waitFor({ state: "detached" });
}

async function uploads(visit, collection) {
  const { page, text } = visit;
  const all = [...files(), ...kAll];
  await page.goto(`/library/${collection}`);
  await page.getByText(text.upload.drop, { exact: true }).waitFor();
  await act.addFiles(visit, all);
  await act.uploadsDone(visit, all.length);
  await unharmed(page, "the list of uploads");
  await page.getByRole("button", { name: text.upload.clear, exact: true }).click();
  const rows = act.documentRow(visit, "");
  await rows.first().waitFor();
  await showAll(visit, rows);
  const count = await rows.count();
  assert.ok(count > kPayloads.length / 2, `${count} documents of ${all.length} files`);
  await unharmed(page, "the library");
  for (let at = 0; at < count; at += 9) await opensAndReads(visit, rows.nth(at), at);
  for (const { name } of kAll) await opensAndReads(visit, act.documentRow(visit, name).last(), name);
}

/** One long conversation whose questions are the texts, and a conversation of each name. */
async function conversations(client) {
  const { chat } = await client.ask("Which word opens the gate?");
  const titled = [];
  let asked = 1;
  for (const payload of kPayloads) {
    const question = `Which word opens the gate? ${payload}`;
    const { status, text } = await client.send("POST", "/api/ask", { question, chat });
    assert.ok(kExpected.includes(status), `${JSON.stringify(question)}: ${status} ${text}`);
    if (text.includes("event: answer")) ++asked;
  }
  for (const payload of kTyped) {
    const { chat: id } = await client.ask("Which word opens gate number 7?");
    const { status } = await client.send("PATCH", `/api/chats/${id}`, { title: payload });
    assert.ok(kExpected.includes(status), `a chat named ${JSON.stringify(payload)}: ${status}`);
    titled.push(id);
  }
  return { chat, asked, titled };
}

async function showsConversations(visit, { chat, asked, titled }) {
  const { page, text } = visit;
  await page.goto(`/ask/${chat}`);
  assert.ok(asked > kPayloads.length / 2, `${asked} questions were answered`);
  await page
    .getByRole("article")
    .nth(asked - 1)
    .waitFor();
  await unharmed(page, "a conversation");
  const shown = await page.getByRole("main").innerText();
  assert.ok(shown.includes("<img src=x onerror=ran()>"), "the text is shown as it is");
  assert.ok(!/[\u202a-\u202e\u2066-\u2069]/.test(shown), "no direction is turned");
  await page
    .getByRole("navigation", { name: text.ask.history })
    .getByRole("link")
    .nth(titled.length)
    .waitFor();
  for (const id of titled) {
    await page.goto(`/ask/${id}`);
    await page.getByRole("article").first().waitFor();
    await unharmed(page, `conversation ${id}`);
  }
}

async function types(visit) {
  const { page, text } = visit;
  for (const payload of kTyped) {
    await page.goto("/search");
    const box = page.getByRole("searchbox", { name: text.search.label });
    await box.fill(payload.replace(/[\r\n]/g, ""));
    await box.press("Enter");
    await page
      .getByRole("status")
      .or(page.getByRole("heading", { name: text.search.nothing }))
      .or(page.getByRole("alert"))
      .first()
      .waitFor();
    await unharmed(page, `a search for ${payload}`);
    await page.goto("/ask");
    await act.newChat(visit);
    await act.tryToAsk(visit, payload);
    await unharmed(page, `a question: ${payload}`);
  }
}

async function addresses({ page, text }) {
  for (const payload of kTyped) {
    const part = encodeURIComponent(payload);
    for (const address of [
      `/${part}`,
      `/ask/${part}`,
      `/library/${part}`,
      `/search?why=${part}`,
      `/planner/plan?model=${part}`,
      `/evaluation/1?with=${part}`,
    ]) {
      const response = await page.goto(address);
      // A null byte is refused before the page is sent.
      if (response.status() !== 200) continue;
      await page.getByRole("button", { name: act.beginning(`${text.common.account}: `) }).waitFor();
      await unharmed(page, address);
    }
  }
}

async function namesUser({ page, text }, name) {
  const { admin, common } = text;
  await page.goto("/people");
  await page.getByRole("button", { name: act.named(admin.addUser) }).click();
  const dialogue = page.getByRole("dialog", { name: admin.addUser });
  await dialogue.getByLabel(common.name, { exact: true }).fill(name);
  await dialogue.getByLabel(admin.password, { exact: true }).fill(kPassword);
  await dialogue.getByRole("button", { name: act.named(common.add) }).click();
  await page.getByRole("alert").filter({ hasText: name }).waitFor();
  await unharmed(page, "a refused name");
}

export function hostile() {
  let starting, server, root, collection;
  const start = async () => {
    server = await Server.start("hostile", { models: false });
    root = await new Client(server.url).setUp(server.token, "root", kPassword);
    collection = (await root.must("POST", "/api/collections", { name: "Gates" })).id;
  };
  beforeEach(() => (starting ??= start()));
  after(() => server?.stop());

  scenario("without a model cvp quotes, and says how to get one", async (stage) => {
    const visit = await stage.visit(server, { as: root });
    const { page, text } = visit;
    await root.upload(
      collection,
      "rules.md",
      Buffer.from("# Leave\n\nEmployees have 17 days of paid leave a year.\n"),
    );
    await page.goto("/ask");
    await page.getByText(text.ask.noModel).waitFor();
    const turn = await act.ask(visit, "How many days of paid leave do employees have?");
    assert.match(await turn.innerText(), /17 days/);
    await page.getByRole("button", { name: text.ask.noModelAction, exact: true }).click();
    await page.getByRole("heading", { name: text.models.title, level: 1 }).waitFor();
    await page
      .getByRole("button", { name: act.beginning(text.models.pull) })
      .first()
      .waitFor();
  });

  scenario("hostile texts in files and their names", async (stage) => {
    await uploads(await stage.visit(server, { as: root }), collection);
  });

  scenario("hostile texts in questions, answers and names of conversations", async (stage) => {
    const visit = await stage.visit(server, { as: root });
    await showsConversations(visit, await conversations(root));
    await types(visit);
  });

  scenario("hostile texts in names of users, groups, collections, keys and runs", async (stage) => {
    const visit = await stage.visit(server, { as: root });
    const { page, text } = visit;
    for (const payload of kPayloads) await everyName(root, payload);
    await namesUser(visit, "<img src=x onerror=ran()>");
    const { chat } = await root.ask("Which word opens gate number 7?");
    for (const [name, address, heading] of pagesFor(text, chat)) {
      await page.goto(address);
      await settled(page, heading);
      await unharmed(page, name);
    }
    await page.goto("/people");
    await page.getByRole("tab", { name: text.admin.groupsTab }).click();
    await unharmed(page, "the groups");
  });

  scenario("hostile addresses", async (stage) => {
    await addresses(await stage.visit(server, { as: root }));
  });

  scenario("a hostile file comes as a download, never as a page", async () => {
    const { items } = await root.must("GET", `/api/collections/${collection}/documents?q=all.html`);
    const { headers, status } = await root.send("GET", `/api/documents/${items[0].id}/original`);
    assert.equal(status, 200);
    assert.match(headers.get("content-disposition") ?? "", /^attachment/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.match(headers.get("content-security-policy") ?? "", /sandbox/);
  });
}
