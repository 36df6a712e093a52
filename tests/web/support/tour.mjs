// Every page of the application, with what shows that it is there. `chat` is one with an answer in it.

/** [name, address, its first heading in the language of `text`] */
export const pagesFor = (text, chat) => [
  ["ask", "/ask", text.ask.hello],
  ["answer", `/ask/${chat}`, null],
  ["library", "/library", text.library.title],
  ["search", "/search", text.search.title],
  ["why", "/search?why=", text.search.title],
  ["machine", "/planner/machine", text.planner.title],
  ["plan", "/planner/plan?model=qwen3-8b", text.planner.title],
  ["compare", "/planner/compare", text.planner.title],
  ["recommend", "/planner/recommend", text.planner.title],
  ["models", "/models", text.models.title],
  ["catalogue", "/models/catalogue", text.models.title],
  ["evaluation", "/evaluation", text.evaluation.title],
  ["people", "/people", text.admin.people],
  ["keys", "/keys", text.admin.keys],
  ["audit", "/audit", text.admin.audit],
  ["settings", "/settings", text.admin.settings],
  ["account", "/account", text.admin.account],
  ["welcome", "/welcome", text.welcome.title],
  ["nowhere", "/no-such-page", text.common.notFoundTitle],
];

/** Waits until a page is there and nothing of it is still being fetched. */
export async function settled(page, heading) {
  const title = page.getByRole("heading", {
    level: 1,
    ...(heading !== null && { name: heading, exact: true }),
  });
  await title.first().waitFor();
  await page.waitForFunction(
    () => !document.querySelector(".ant-skeleton, [aria-busy='true'], .ant-spin-spinning"),
  );
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

/** Runs in the page: what is wider than the window, and texts that only a mistake makes. */
export function faults() {
  const out = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth)
    out.push(`the page is ${root.scrollWidth} wide in a window of ${innerWidth}`);
  for (const part of document.querySelectorAll("main, aside, [role=dialog] .ant-drawer-body"))
    if (part.scrollWidth > part.clientWidth + 1)
      out.push(`${part.tagName} is ${part.scrollWidth} wide where ${part.clientWidth} are seen`);
  const strange = /\b(undefined|NaN|Infinity)\b|\[object /.exec(document.body.innerText);
  if (strange) out.push(`“${strange[0]}” is shown`);
  return out;
}
