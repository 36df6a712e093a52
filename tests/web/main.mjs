// The page in a real browser against the real server: `run.py` starts this. Every scenario has browser contexts of its own and at its
// end must not have seen a dialogue, a request to another origin, a violation of the content security policy, an error in the
// console or a script of a document that ran. Names of buttons and fields come from the page's own dictionaries, so that nothing
// here depends on how the page is styled, but for a few marks that are made for the eye alone.
import { after, beforeEach, describe } from "node:test";
import { asking } from "./scenarios/asking.mjs";
import { documents } from "./scenarios/documents.mjs";
import { firstRun } from "./scenarios/first_run.mjs";
import { hostile } from "./scenarios/hostile.mjs";
import { looks } from "./scenarios/looks.mjs";
import { strangers } from "./scenarios/strangers.mjs";
import { tools } from "./scenarios/tools.mjs";
import { closeBrowser } from "./support/browser.mjs";
import { stopServers } from "./support/server.mjs";
import { Team } from "./support/team.mjs";

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"])
  process.once(signal, () => void stopServers().finally(() => process.exit(1)));

describe("the page", () => {
  after(async () => {
    await closeBrowser();
    await stopServers();
  });

  describe("a new server", firstRun);

  describe("a team", () => {
    let starting, team;
    beforeEach(async () => (team = await (starting ??= Team.start("team"))));
    after(() => team?.stop());
    for (const scenarios of [documents, asking, strangers, tools, looks]) scenarios(() => team);
  });

  describe("hostile texts", hostile);
});
