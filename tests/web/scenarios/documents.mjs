// Files that go into the library, files that cannot, and files that go out again.
import assert from "node:assert/strict";
import * as act from "../support/actions.mjs";
import { scenario } from "../support/browser.mjs";
import { pdfOf } from "../support/page_sources.mjs";
import { kCollection } from "../support/team.mjs";
import { kAnswerMs, until } from "../support/wait.mjs";

const kRules = "Harbour rules";
const kRule = "Sailing boats give way to the Zuiderkruis ferry at all times.";
const textFile = (name, content) => ({ name, mimeType: "text/plain", buffer: Buffer.from(content) });

async function openLibrary(visit) {
  await visit.page.goto("/library");
  await visit.page.getByRole("heading", { name: kCollection }).first().waitFor();
}

/** What the search finds, behind the page: a deleted document is gone from everything at once. */
const found = async (team, words) =>
  (await team.ann.must("POST", "/api/search", { query: words, mode: "text" })).hits.length;

export function documents(team) {
  scenario("a file that cannot be read is named with its reason and the remedy", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann });
    const { page, text } = visit;
    await openLibrary(visit);
    await act.addFiles(visit, [
      {
        name: "locked.pdf",
        mimeType: "application/pdf",
        buffer: pdfOf([["Nobody knows the password."]], true),
      },
      textFile("nothing.txt", ""),
    ]);
    await act.uploadsDone(visit, 2);
    await page.getByText(text.upload.failedCount(2)).waitFor();
    const locked = await act.uploadOf(visit, "locked.pdf").innerText();
    assert.match(locked, /password/);
    assert.match(locked, /save a copy without password/);
    const nothing = await act.uploadOf(visit, "nothing.txt").innerText();
    assert.match(nothing, /empty/);
    assert.match(nothing, /check that it was copied/);
    await act
      .uploadOf(visit, "locked.pdf")
      .getByRole("button", { name: text.upload.retryOne("locked.pdf") })
      .waitFor();
    await page.getByRole("button", { name: text.upload.clear, exact: true }).click();
    await page.getByRole("list", { name: text.upload.title, exact: true }).waitFor({ state: "detached" });
    assert.equal(await act.documentRow(visit, "locked.pdf").count(), 0);
  });

  scenario("a document is found, seen with its passages, deleted and had back", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann });
    const { page, text } = visit;
    await openLibrary(visit);
    await act.addFiles(visit, [textFile("harbour.md", `# ${kRules}\n\n${kRule}\n`)]);
    await act.uploadsDone(visit, 1);
    const row = act.documentRow(visit, "harbour.md");
    await row.getByText(text.library.ready, { exact: true }).waitFor({ timeout: kAnswerMs });

    await row.getByRole("button", { name: act.beginning(text.library.details) }).click();
    const details = page.getByRole("dialog").filter({ hasText: text.library.details });
    await details
      .getByText(act.beginning(text.library.revision(1)))
      .first()
      .waitFor();
    await details.getByText(act.beginning(`${text.library.passages} (`)).click();
    await details.getByRole("button", { name: text.library.passage(1), exact: true }).click();
    const opened = act.reader(visit);
    await opened.locator("mark").waitFor();
    const marked = await opened.locator("mark").textContent();
    assert.ok(marked.includes(kRule), marked);
    await opened.getByRole("button", { name: text.reader.close }).click();

    assert.equal(await found(team(), "Zuiderkruis"), 1);
    await row.getByRole("button", { name: text.library.remove(kRules) }).click();
    await page.getByText(text.library.removed(kRules)).waitFor();
    await row.waitFor({ state: "detached" });
    assert.equal(await found(team(), "Zuiderkruis"), 0);
    await page.getByRole("button", { name: text.common.undo, exact: true }).click();
    await row.waitFor();
    await until("it is found again", () => found(team(), "Zuiderkruis"));
  });

  scenario("the same file again changes nothing; another with its name is a new revision", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().ann });
    const { page, text } = visit;
    await openLibrary(visit);
    const outcome = async (content, word) => {
      await act.addFiles(visit, [textFile("tides.txt", content)]);
      await act.uploadOf(visit, "tides.txt").getByText(word, { exact: true }).waitFor({ timeout: kAnswerMs });
      await page.getByRole("button", { name: text.upload.clear, exact: true }).click();
    };
    await outcome("High water at Vlissingen is at ten.", text.upload.outcomes.added);
    await outcome("High water at Vlissingen is at ten.", text.upload.outcomes.unchanged);
    await outcome("High water at Vlissingen is at eleven.", text.upload.outcomes.updated);
    await act.documentRow(visit, "tides.txt").getByText(text.library.revision(2)).waitFor();
  });

  scenario("a collection is made, shown in its own list and deleted", async (stage) => {
    const visit = await stage.visit(team().server, { as: team().eve });
    const { page, text } = visit;
    await page.goto("/library");
    await page.getByRole("heading", { name: text.library.noCollections }).waitFor();
    await page
      .getByRole("button", { name: act.named(text.library.newCollection) })
      .first()
      .click();
    const dialogue = page.getByRole("dialog", { name: text.library.newCollection });
    await dialogue.getByLabel(text.library.collectionName, { exact: true }).fill("Contracts");
    await dialogue.getByRole("button", { name: text.common.create, exact: true }).click();
    await page.getByRole("heading", { name: "Contracts" }).waitFor();
    await page.getByRole("heading", { name: text.library.noDocuments }).waitFor();
    await act.fromMenu(visit, text.library.collectionActions, text.library.removeCollection);
    await page.getByRole("dialog").getByRole("button", { name: text.common.remove, exact: true }).click();
    await page.getByRole("heading", { name: text.library.noCollections }).waitFor();
  });
}
