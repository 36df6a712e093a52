// Signing in through a real identity provider (npm oidc-provider, certified), in Debian's Chromium, at the real `cvp serve`:
//
//   node tests/oidc/run.mjs
//
// Exit: 0 all held, 1 one did not, 77 skipped. CVP_PROGRAM and CVP_CHROMIUM name other programs than the built one and Debian's.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { after, afterEach, before, describe, test } from "node:test";
import { installPackages, kOut, load } from "./packages.mjs";

const kSkipped = 77;
const kPatienceMs = 30_000;
const kPassword = "a harbour of grey stone";
process.env.CVP_WEB_OUT ??= kOut;

const { kChromium, kProgram } = await import("../web/support/place.mjs");
const absent = [kProgram, kChromium].find((program) => !existsSync(program));
const missing = absent ? `${absent} is not there` : installPackages();
if (missing !== null) {
  console.log(`skipped: ${missing}`);
  process.exit(kSkipped);
}
const { Server, stopServers } = await import("../web/support/server.mjs");
const { Client } = await import("../web/support/client.mjs");
const { TestProvider } = await import("./provider.mjs");
const playwright = await load("playwright-core");
const chromium = playwright.chromium ?? playwright.default.chromium;

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"])
  process.once(signal, () => void stopServers().finally(() => process.exit(1)));

/** The address to come back to is agreed with the provider before cvp listens. */
async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const kGroups = new Map([["bob", ["lab", "a group that cvp has not"]]]);
const kWords = {
  en: { locale: "en-GB", enter: "Use your organisation's account", account: "Account" },
  zh: { locale: "zh-CN", enter: "用单位账号登录", account: "账号" },
};

describe("signing in with an organisation's account", { timeout: 600_000 }, () => {
  let provider, server, boss, browser;
  const contexts = [];

  const callbackAt = (port) => `http://127.0.0.1:${port}/api/oidc/callback`;
  const startServer = (name, port, issuer) =>
    Server.start(name, {
      listen: `127.0.0.1:${port}`,
      settings: {
        CVP_SERVE_OIDC_ISSUER: issuer,
        CVP_SERVE_OIDC_CLIENT_ID: provider.client.id,
        CVP_SERVE_OIDC_CLIENT_SECRET: provider.client.secret,
        CVP_SERVE_OIDC_REDIRECT: callbackAt(port),
        CVP_SERVE_OIDC_GROUPS_CLAIM: "groups",
        CVP_SERVE_OIDC_DEFAULT_ROLE: "reader",
      },
    });

  before(async () => {
    const port = await freePort();
    provider = await TestProvider.start({ redirect: callbackAt(port), groups: (id) => kGroups.get(id) ?? [] });
    server = await startServer("oidc", port, provider.issuer);
    boss = await new Client(server.url).setUp(server.token, "boss", kPassword);
    await boss.must("POST", "/api/groups", { name: "lab", members: [] });
    browser = await chromium.launch({ executablePath: kChromium });
  });
  after(async () => {
    await browser?.close();
    await stopServers();
    await provider?.stop();
  });
  afterEach(() => Promise.all(contexts.splice(0).map((context) => context.close())));

  /** A browser of somebody; nothing but the two servers can be reached from it. */
  async function open(lang = "en", at = server) {
    const context = await browser.newContext({ baseURL: at.url, locale: kWords[lang].locale });
    context.setDefaultTimeout(kPatienceMs);
    const ours = new Set([at.url, provider.issuer]);
    await context.route(
      ({ origin }) => !ours.has(origin),
      (route) => route.abort(),
    );
    contexts.push(context);
    const page = await context.newPage();
    const came = [];
    page.on("request", (request) => {
      if (request.url().startsWith(`${server.url}/api/oidc/callback`)) came.push(request.url());
    });
    return { context, page, came, words: kWords[lang] };
  }

  const toProvider = async ({ page, words }) => {
    await page.goto("/");
    await page.getByRole("link", { name: words.enter }).click();
  };
  /** Types a name there, and agrees to what cvp wants to know. */
  async function signInThere(visit, name) {
    const { page } = visit;
    await toProvider(visit);
    await page.waitForURL(`${provider.issuer}/interaction/**`);
    await page.locator("input[name=login]").fill(name);
    await page.locator("input[name=password]").fill("anything");
    await page.getByRole("button", { name: "Sign-in" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
  }
  const inside = ({ page, words }, name) =>
    page.getByRole("button", { name: `${words.account}: ${name}`, exact: true }).waitFor();
  /** What the page itself learns with its cookie. */
  const me = ({ page }) => page.evaluate(async () => (await fetch("/api/me")).json());
  const users = async () => (await boss.must("GET", "/api/users")).items;
  const userNamed = async (name) => (await users()).find((user) => user.name === name);
  const told = ({ page }, words) => page.getByRole("alert").filter({ hasText: words }).waitFor();

  test("the first time, an account is made", async () => {
    const visit = await open();
    await signInThere(visit, "ann");
    await inside(visit, "ann");
    assert.equal(new URL(visit.page.url()).origin, server.url);
    const { user, features } = await me(visit);
    assert.equal(user.name, "ann");
    assert.equal(user.role, "reader");
    assert.equal(features.oidc, true);
    assert.equal((await userNamed("ann")).external, true);

    const cookies = await visit.context.cookies(server.url);
    const session = cookies.find(({ name }) => name === "cvp_session");
    assert.equal(session.httpOnly, true);
    assert.equal(session.sameSite, "Strict");
    assert.equal(
      cookies.some(({ name }) => name === "cvp_signin"),
      false,
    );
  });

  test("signing out here and in again is the same account", async () => {
    const visit = await open();
    await signInThere(visit, "ann");
    await inside(visit, "ann");
    const before = (await me(visit)).user.id;
    await visit.page.getByRole("button", { name: `${visit.words.account}: ann`, exact: true }).click();
    await visit.page.getByRole("menuitem", { name: /Sign out$/ }).click();
    await visit.page.getByRole("link", { name: visit.words.enter }).waitFor();
    assert.equal((await visit.context.request.get("/api/me")).status(), 401);
    // There she is still signed in: no password is asked for.
    await toProvider(visit);
    await inside(visit, "ann");
    assert.equal((await me(visit)).user.id, before);
    assert.equal((await users()).filter(({ external }) => external).length, 1);
  });

  test("a second person has an account of his own, and the groups that there are", async () => {
    const visit = await open("zh");
    await signInThere(visit, "bob");
    await inside(visit, "bob");
    const [lab] = (await boss.must("GET", "/api/groups")).items;
    assert.deepEqual((await userNamed("bob")).groups, [lab.id]);
    assert.deepEqual((await userNamed("ann")).groups, []);
  });

  test("a local account of the same name is not taken over", async () => {
    await boss.must("POST", "/api/users", { name: "carl", password: kPassword, role: "editor" });
    const visit = await open();
    await signInThere(visit, "carl");
    await inside(visit, "carl-2");
    assert.equal((await me(visit)).user.role, "reader");
    assert.equal((await userNamed("carl")).external, false);
  });

  test("an answer is good once, and in its browser only", async () => {
    const visit = await open();
    await signInThere(visit, "ann");
    await inside(visit, "ann");
    assert.equal(visit.came.length, 1);
    await visit.context.clearCookies({ name: "cvp_session" });
    await visit.page.goto(visit.came[0]);
    await told(visit, "Try again");
    await visit.page.waitForURL(`${server.url}/`); // the page shows it once
    const thief = await open();
    await thief.page.goto(visit.came[0]);
    await told(thief, "Try again");
    assert.equal((await thief.context.request.get("/api/me")).status(), 401);
  });

  test("who cancels there is told so here, in his language", async () => {
    for (const [lang, words] of [["en", "The sign-in was cancelled."], ["zh", "已取消登录。"]]) {
      const visit = await open(lang);
      await toProvider(visit);
      await visit.page.getByRole("link", { name: "Cancel" }).click();
      await told(visit, words);
      assert.equal(new URL(visit.page.url()).origin, server.url);
    }
  });

  test("a disabled account is out at once, and stays out", async () => {
    const visit = await open();
    await signInThere(visit, "bob");
    await inside(visit, "bob");
    await boss.must("PATCH", `/api/users/${(await userNamed("bob")).id}`, { disabled: true });
    assert.equal((await visit.context.request.get("/api/me")).status(), 401);
    await toProvider(visit);
    await told(visit, "This account is disabled.");
    assert.equal((await visit.context.request.get("/api/me")).status(), 401);
  });

  test("a provider that does not answer is told as that", async () => {
    const nobody = `http://localhost:${await freePort()}`;
    const alone = await startServer("oidc-alone", await freePort(), nobody);
    await new Client(alone.url).setUp(alone.token, "boss", kPassword);
    const visit = await open("en", alone);
    await toProvider(visit);
    await told(visit, "does not answer as it should");
    await alone.stop();
  });
});
