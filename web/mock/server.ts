import type { IncomingMessage, ServerResponse } from "node:http";
import * as answers from "./answers";
import * as evaluation from "./evaluation_routes";
import { Refusal, type Call } from "./http";
import * as library from "./library_routes";
import * as machine from "./machine_routes";
import * as people from "./people_routes";
import type { World } from "./world";

type Handler = (call: Call) => void | Promise<void>;

/** `*` stands for one part of the path. */
const kRoutes: [string, string, Handler][] = [
  ["GET", "/api/setup", people.setupState],
  ["POST", "/api/setup", people.setUp],
  ["POST", "/api/login", people.signIn],
  ["POST", "/api/logout", people.signOut],
  ["GET", "/api/me", people.me],
  ["PATCH", "/api/me", people.changeMe],
  ["POST", "/api/me/password", people.changePassword],
  ["GET", "/api/me/keys", people.listKeys],
  ["POST", "/api/me/keys", people.makeKey],
  ["DELETE", "/api/me/keys/*", people.revokeKey],
  ["GET", "/api/directory", people.directory],
  ["GET", "/api/users", people.listUsers],
  ["POST", "/api/users", people.addUser],
  ["PATCH", "/api/users/*", people.changeUser],
  ["DELETE", "/api/users/*", people.removeUser],
  ["GET", "/api/groups", people.listGroups],
  ["POST", "/api/groups", people.addGroup],
  ["PATCH", "/api/groups/*", people.changeGroup],
  ["DELETE", "/api/groups/*", people.removeGroup],
  ["GET", "/api/audit", people.audit],
  ["GET", "/api/events", people.events],
  ["GET", "/api/collections", library.listCollections],
  ["POST", "/api/collections", library.addCollection],
  ["PATCH", "/api/collections/*", library.changeCollection],
  ["DELETE", "/api/collections/*", library.removeCollection],
  ["GET", "/api/collections/*/documents", library.listDocuments],
  ["POST", "/api/collections/*/documents", library.upload],
  ["GET", "/api/documents/*", library.getDocument],
  ["DELETE", "/api/documents/*", library.removeDocument],
  ["POST", "/api/documents/*/restore", library.restoreDocument],
  ["GET", "/api/documents/*/original", library.original],
  ["GET", "/api/documents/*/text", library.textOf],
  ["GET", "/api/documents/*/boxes", library.boxes],
  ["GET", "/api/documents/*/chunks", library.chunks],
  ["GET", "/api/watches", library.listWatches],
  ["POST", "/api/watches", library.addWatch],
  ["DELETE", "/api/watches/*", library.removeWatch],
  ["POST", "/api/ask", answers.askRoute],
  ["GET", "/api/chats", answers.listChats],
  ["GET", "/api/chats/*", answers.getChat],
  ["PATCH", "/api/chats/*", answers.changeChat],
  ["DELETE", "/api/chats/*", answers.removeChat],
  ["GET", "/api/chats/*/export", answers.exportChat],
  ["PUT", "/api/chats/*/messages/*/feedback", answers.feedback],
  ["DELETE", "/api/chats/*/messages/*/feedback", answers.feedback],
  ["POST", "/api/search", machine.search],
  ["POST", "/api/why", machine.why],
  ["GET", "/api/hardware", machine.hardware],
  ["GET", "/api/gpus", machine.gpus],
  ["GET", "/api/catalogue", machine.catalogue],
  ["POST", "/api/plan", machine.plan],
  ["POST", "/api/plan/buy", machine.purchases],
  ["POST", "/api/recommend", machine.recommend],
  ["GET", "/api/models", machine.listModels],
  ["PUT", "/api/models/in_use", machine.useModel],
  ["POST", "/api/models/*/pull", machine.pull],
  ["DELETE", "/api/models/*", machine.removeModel],
  ["GET", "/api/jobs", machine.listJobs],
  ["DELETE", "/api/jobs/*", machine.cancelJob],
  ["GET", "/api/evaluations", evaluation.listRuns],
  ["POST", "/api/evaluations", evaluation.evaluate],
  ["GET", "/api/evaluations/*", evaluation.getRun],
  ["GET", "/api/settings", evaluation.listSettings],
  ["PATCH", "/api/settings", evaluation.changeSettings],
];
const kOpen = new Set(["/api/setup", "/api/login"]);

export function matchPath(pattern: string, path: string): string[] | null {
  const wanted = pattern.split("/");
  const parts = path.split("/");
  if (wanted.length !== parts.length) return null;
  const args: string[] = [];
  for (const [at, part] of wanted.entries()) {
    const given = parts[at] ?? "";
    if (part === "*") args.push(decodeURIComponent(given));
    else if (part !== given) return null;
  }
  return args;
}

/** Answers a request under /api as the real server does, with data that is made up. */
export async function answer(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://mock");
  const method = request.method ?? "GET";
  const call: Call = {
    world,
    method,
    path: url.pathname,
    query: url.searchParams,
    args: [],
    language: (request.headers["accept-language"] ?? "").startsWith("zh") ? "zh" : "en",
    request,
    response,
  };
  try {
    if (!world.signedIn && !kOpen.has(url.pathname))
      throw new Refusal(401, "unauthenticated", "sign in first");
    const writes = method !== "GET" && !kOpen.has(url.pathname);
    if (writes && request.headers["x-cvp-csrf"] !== world.me.csrf)
      throw new Refusal(403, "forbidden", "no CSRF header");
    for (const [wanted, pattern, handler] of kRoutes) {
      const args = wanted === method ? matchPath(pattern, url.pathname) : null;
      if (args) return await handler({ ...call, args });
    }
    throw new Refusal(404, "not_found", `no route ${method} ${url.pathname}`);
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(500, "failed", String(error));
    response.statusCode = refusal.status;
    response.setHeader("Content-Type", "application/json; charset=utf-8");
    response.end(
      JSON.stringify({ error: { code: refusal.code, message: refusal.message, hint: refusal.hint } }),
    );
  }
}
