// Chromium, and what a scenario does in it: every page is watched, and what was on it is kept when the scenario fails.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { kLocales, kTexts } from "./page_sources.mjs";
import { chromium } from "./packages.mjs";
import { kChromium, kTraces } from "./place.mjs";
import { kPageMs } from "./wait.mjs";

const kScenarioMs = 900_000;
const kStackLines = 5;
export const kDesktop = { width: 1280, height: 800 };
export const kPhone = { width: 390, height: 844 };

let browser = null;
async function theBrowser() {
  browser ??= await chromium.launch({ executablePath: kChromium });
  return browser;
}
export async function closeBrowser() {
  await browser?.close();
  browser = null;
}

/** Runs in the page before anything else. Hostile documents call ran(). */
function spy() {
  globalThis.ran = () => console.error("a script of a document ran");
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
    console.error(`policy violated: ${violatedDirective} ${blockedURI} ${sample}`),
  );
}

// A refusal is often what is tested; that it is shown is asserted by the scenario.
const kRefusal = /^Failed to load resource: the server responded with a status of/;

/** One browser of one person: a context, one page, and what went wrong in it. */
class Visit {
  static async open({
    url,
    cookies = [],
    lang = "en",
    look = "light",
    size = kDesktop,
    motion = "no-preference",
  }) {
    const context = await (
      await theBrowser()
    ).newContext({
      baseURL: url,
      locale: kLocales[lang],
      colorScheme: look,
      viewport: size,
      reducedMotion: motion,
      hasTouch: size === kPhone,
    });
    context.setDefaultTimeout(kPageMs);
    if (cookies.length > 0) await context.addCookies(cookies);
    await context.addInitScript(spy);
    const visit = new Visit({ url, context, text: kTexts[lang] });
    context.on("page", (page) => visit.watch(page));
    visit.page = await context.newPage();
    return visit;
  }

  constructor(parts) {
    Object.assign(this, { trouble: [], log: [], ...parts });
  }

  watch(page) {
    const bad = (what) => {
      if (!this.trouble.includes(what)) this.log.push(`!! ${what}`);
      this.trouble.push(what);
    };
    page.on("console", (message) => {
      const said = `${message.type()}: ${message.text()}`;
      if (message.type() === "error" && !kRefusal.test(message.text())) bad(said);
      else this.log.push(said);
    });
    page.on("pageerror", (error) =>
      bad(
        `error: ${String(error.stack ?? error)
          .split("\n")
          .slice(0, kStackLines)
          .join("\n")}`,
      ),
    );
    page.on("dialog", (dialog) => {
      bad(`dialogue: ${dialog.message()}`);
      dialog.dismiss().catch(() => undefined);
    });
    page.on("request", (request) => this.check(request.url(), bad));
    page.on("websocket", (socket) => bad(`websocket: ${socket.url()}`));
    page.on("requestfailed", (request) => {
      this.log.push(`failed: ${request.method()} ${request.url()} ${request.failure()?.errorText ?? ""}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400)
        this.log.push(`${response.status()}: ${response.request().method()} ${response.url()}`);
    });
  }

  check(address, bad) {
    const { protocol, origin } = new URL(address);
    if (!["blob:", "data:"].includes(protocol) && origin !== this.url)
      bad(`request to another origin: ${address}`);
  }

  /** What is on every open page: picture, structure, console. The names of the files begin with `name`. */
  async keep(name) {
    for (const [at, page] of this.context.pages().entries()) {
      const file = join(kTraces, `${name}-${at + 1}`);
      await page
        .screenshot({ path: `${file}.png`, timeout: 10_000 })
        .catch((error) => this.log.push(`no picture: ${error.message}`));
      const tree = await page
        .locator("body")
        .ariaSnapshot({ timeout: 10_000 })
        .catch((error) => `no structure: ${error.message}`);
      const parts = [
        `address: ${page.url()}`,
        "",
        "--- page",
        tree,
        "",
        "--- console and network",
        ...this.log,
      ];
      writeFileSync(`${file}.txt`, `${parts.join("\n")}\n`);
    }
  }
}

/** What one scenario has open. */
class Stage {
  visits = [];
  server = null;

  /**
   * Opens a browser at a server: `as` is a signed-in Client; `lang`, `look`, `size` and `motion` are what the device says of
   * itself and its owner.
   * Gives {page, text, context}: `text` holds the page's words in that language.
   */
  async visit(server, { as, ...device } = {}) {
    this.server = server;
    const visit = await Visit.open({ url: server.url, cookies: as?.cookies() ?? [], ...device });
    this.visits.push(visit);
    return visit;
  }

  /** What any page has seen that it must not see, a line each. */
  trouble() {
    return [...new Set(this.visits.flatMap((visit) => visit.trouble))].join("\n");
  }

  async keep(name) {
    mkdirSync(kTraces, { recursive: true });
    for (const [at, visit] of this.visits.entries()) await visit.keep(`${name}-${at + 1}`);
    const log = this.server?.logTail?.() ?? "";
    if (log !== "") writeFileSync(join(kTraces, `${name}-server.log`), log);
  }

  async close() {
    for (const { context } of this.visits) await context.close();
  }
}

/** Terminal colours and other controls have no place in a report of XML. */
function readable(error, trouble, name) {
  const clean = (text) =>
    String(text)
      .replace(/\u001b\[[0-9;]*m/g, "")
      .replace(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, "?");
  const seen = trouble === "" ? "" : `\non the page: ${trouble}`;
  const out = new Error(`${clean(error?.message ?? error)}${clean(seen)}\nkept: ${join(kTraces, name)}-*`);
  const places = String(error?.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at .*tests\/web/.test(line));
  out.stack = [out.message, ...places].join("\n");
  return out;
}

/** A test whose body gets a Stage. */
export function scenario(name, body) {
  test(name, { timeout: kScenarioMs }, async (context) => {
    const stage = new Stage();
    const file = name.replace(/[^a-z0-9]+/gi, "_").toLowerCase();
    try {
      await body(stage, context);
      if (stage.trouble() !== "") throw new Error("it went through, but the page was not quiet");
    } catch (error) {
      await stage.keep(file);
      throw readable(error, stage.trouble(), file);
    } finally {
      await stage.close();
    }
  });
}
