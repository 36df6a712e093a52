// The real `cvp serve` in a temporary home.
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { kModelsHome, kOut, kProgram } from "./place.mjs";

const kStartMs = 120_000;
const kStopMs = 45_000;
const kLogBytes = 20_000;
const running = new Set();
process.on("exit", () => running.forEach(({ child }) => child.kill("SIGKILL")));

function environment(home, config) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(CVP_|LC_|LANG)/.test(name));
  return {
    ...Object.fromEntries(kept),
    CVP_HOME: home,
    XDG_CONFIG_HOME: config,
    LC_ALL: "C.UTF-8",
    TERM: "dumb",
  };
}

/** Rejects when it does not come in time. */
function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class Server {
  /**
   * `models`: engine and models are lent to its home; else it has none. `settings`: variables CVP_… beside its home.
   */
  static async start(name, { models = false, listen = "127.0.0.1:0", settings = {} }) {
    const folder = mkdtempSync(join(tmpdir(), "cvp-web-"));
    const home = join(folder, "home");
    mkdirSync(home);
    for (const part of models ? ["engine", "models"] : []) {
      const there = join(kModelsHome, part);
      if (existsSync(there)) symlinkSync(there, join(home, part));
    }
    mkdirSync(kOut, { recursive: true });
    const log = join(kOut, `server-${name}.log`);
    const descriptor = openSync(log, "w");
    const child = spawn(kProgram, ["serve", "--json", "--listen", listen], {
      cwd: folder,
      env: { ...environment(home, join(folder, "config")), ...settings },
      stdio: ["ignore", "pipe", descriptor],
    });
    closeSync(descriptor);
    const server = new Server({ folder, log, child });
    running.add(server);
    try {
      const line = await within(kStartMs, "the server's first line", server.firstLine());
      const { url, setup_token: token } = JSON.parse(line);
      return Object.assign(server, { url: url.replace(/\/$/, ""), token });
    } catch (error) {
      const said = server.logTail();
      await server.stop();
      throw new Error(`the server did not start: ${error.message}\n${said}`);
    }
  }

  constructor({ folder, log, child }) {
    Object.assign(this, { folder, log, child });
    this.ended = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
  }

  firstLine() {
    return new Promise((resolve, reject) => {
      this.child.once("error", reject);
      const lines = createInterface({ input: this.child.stdout });
      lines.once("line", resolve);
      lines.once("close", () => reject(new Error("it ended")));
    });
  }

  logTail() {
    return existsSync(this.log) ? readFileSync(this.log, "utf8").slice(-kLogBytes) : "";
  }

  async stop() {
    if (!running.delete(this)) return;
    this.child.kill("SIGINT");
    await within(kStopMs, "the server's end", this.ended).catch(() => this.child.kill("SIGKILL"));
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const stopServers = () => Promise.all([...running].map((server) => server.stop()));
