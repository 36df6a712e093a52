import type { AccessEntry, Collection, Everyone } from "../src/api/library";
import { bodyOf, jsonOf, notFound, Refusal, say, send, type Call } from "./http";
import { now, type Stored } from "./world";

const collectionOf = (call: Call): Collection => {
  const found = call.world.collections.find((one) => one.id === Number(call.args[0]));
  if (!found) throw notFound(call);
  return found;
};
const storedOf = (call: Call): Stored => {
  const found = call.world.documents.find((one) => one.document.id === Number(call.args[0]));
  if (!found) throw notFound(call);
  return found;
};
function changed(call: Call): void {
  call.world.count();
  call.world.emit("collections", {});
}

export const listCollections = (call: Call) => send(call, { items: call.world.collections });
export async function addCollection(call: Call): Promise<void> {
  const { name } = await jsonOf<{ name: string }>(call);
  if (!/^[\p{L}\p{M}\p{N}_-]+( [\p{L}\p{M}\p{N}_-]+)*$/u.test(name) || name.length > 64) {
    throw new Refusal(
      400,
      "usage",
      say(call, `“${name}” cannot be the name of a collection`, `“${name}”不能用作文档集名称`),
      say(
        call,
        "use 1 to 64 letters, digits, '-', '_' or Chinese characters",
        "名称可用字母、数字、“-”、“_”和汉字，长度 1 到 64 个字符",
      ),
    );
  }
  if (call.world.collections.some((one) => one.name === name)) {
    throw new Refusal(
      409,
      "conflict",
      say(call, `“${name}” exists already`, `“${name}”已经存在`),
      say(call, "choose another name", "请换一个名称"),
    );
  }
  const made: Collection = {
    id: call.world.id(),
    name,
    documents: 0,
    chunks: 0,
    vectors_done: 0,
    right: "manage",
    everyone: "none",
    access: [],
  };
  call.world.collections.push(made);
  send(call, made);
}
export async function changeCollection(call: Call): Promise<void> {
  const change = await jsonOf<{ name?: string; everyone?: Everyone; access?: AccessEntry[] }>(call);
  send(call, Object.assign(collectionOf(call), change));
}
export function removeCollection(call: Call): void {
  const gone = collectionOf(call);
  call.world.collections = call.world.collections.filter((one) => one !== gone);
  for (const one of call.world.live(gone.id)) one.removed = true;
  changed(call);
  send(call, undefined);
}

export function listDocuments(call: Call): void {
  const q = (call.query.get("q") ?? "").toLowerCase();
  const after = Number(call.query.get("after") ?? 0);
  const limit = Number(call.query.get("limit") ?? 50);
  const all = call.world.live(collectionOf(call).id).map(({ document }) => document);
  const fitting = all.filter(({ name, title }) => `${name} ${title}`.toLowerCase().includes(q));
  const items = fitting.slice(after, after + limit);
  send(call, { items, next: after + limit < fitting.length ? String(after + limit) : null });
}

export async function upload(call: Call): Promise<void> {
  const collection = collectionOf(call);
  const name = call.query.get("name") ?? "file";
  const bytes = await bodyOf(call.request);
  if (/\.(exe|zip|png|jpe?g)$/i.test(name)) {
    throw new Refusal(
      422,
      "unreadable",
      say(call, `${name}: this is not a document that cvp can read`, `${name}：cvp 无法读取这种文件`),
      say(
        call,
        "PDF, DOCX, HTML, Markdown and text are read; convert the file to one of them",
        "可读取 PDF、DOCX、HTML、Markdown 和纯文本，请先转换格式",
      ),
    );
  }
  const type = name.endsWith(".pdf")
    ? "application/pdf"
    : name.endsWith(".md")
      ? "text/markdown"
      : "text/plain";
  const stored = call.world.add(
    collection.id,
    name,
    "",
    type,
    bytes,
    type === "application/pdf" ? "" : bytes.toString(),
    [],
  );
  stored.document.added = now();
  changed(call);
  send(call, { outcome: "added", document: stored.document }, 201);
}

export function getDocument(call: Call): void {
  const { document, removed } = storedOf(call);
  if (removed) throw notFound(call);
  const revisions = [
    {
      revision: document.revision,
      number: document.revision_number,
      added: document.added,
      bytes: document.bytes,
      active: true,
    },
  ];
  if (document.revision_number > 1) {
    revisions.push({
      revision: document.revision - 1,
      number: 1,
      added: document.added - 900_000,
      bytes: document.bytes - 120,
      active: false,
    });
  }
  send(call, { ...document, revisions });
}
export function removeDocument(call: Call): void {
  storedOf(call).removed = true;
  changed(call);
  send(call, { undo: "undo-token", until: now() + 20 });
}
export function restoreDocument(call: Call): void {
  const stored = storedOf(call);
  stored.removed = false;
  changed(call);
  send(call, stored.document);
}
export function original(call: Call): void {
  const { document, original: bytes } = storedOf(call);
  const name = encodeURIComponent(document.name);
  call.response.setHeader(
    "Content-Type",
    document.media_type === "application/pdf" ? "application/pdf" : "application/octet-stream",
  );
  call.response.setHeader("Content-Disposition", `attachment; filename*=UTF-8''${name}`);
  call.response.setHeader("Content-Length", bytes.length);
  call.response.end(bytes);
}

/** The bytes asked for, widened to whole characters, as the server does. */
export function textOf(call: Call): void {
  const { document, text } = storedOf(call);
  const bytes = Buffer.from(text);
  const inside = (at: number) => Math.min(bytes.length, Math.max(0, at));
  const middle = (at: number) => at < bytes.length && ((bytes[at] ?? 0) & 0xc0) === 0x80;
  let begin = inside(Number(call.query.get("begin") ?? 0));
  let end = inside(Number(call.query.get("end") ?? bytes.length));
  while (begin > 0 && middle(begin)) --begin;
  while (middle(end)) ++end;
  send(call, {
    revision: document.revision,
    begin,
    end,
    size: bytes.length,
    text: bytes.subarray(begin, end).toString(),
  });
}
export function boxes(call: Call): void {
  const { pdf } = storedOf(call);
  send(call, { items: pdf?.boxes(Number(call.query.get("begin")), Number(call.query.get("end"))) ?? [] });
}
export function chunks(call: Call): void {
  const { document, text } = storedOf(call);
  let at = 0;
  const items = text.split(/\n\n+/).map((part, ordinal) => {
    const begin = Buffer.byteLength(text.slice(0, text.indexOf(part, at)));
    at = text.indexOf(part, at) + part.length;
    const end = begin + Buffer.byteLength(part);
    const page = document.pages > 0 ? 1 : 0;
    return {
      id: document.id * 1000 + ordinal,
      ordinal,
      begin,
      end,
      context_begin: begin,
      page_first: page,
      page_last: page,
      tokens: Math.ceil(part.length / 3),
      heading: part.split("\n")[0]?.slice(0, 40) ?? "",
    };
  });
  const after = Number(call.query.get("after") ?? -1) + 1;
  const limit = Number(call.query.get("limit") ?? 5000);
  const next = after + limit < items.length ? String(after + limit - 1) : null;
  send(call, { items: items.slice(after, after + limit), next });
}

export const listWatches = (call: Call) => send(call, { items: call.world.watches });
export async function addWatch(call: Call): Promise<void> {
  const { collection, folder } = await jsonOf<{ collection: number; folder: string }>(call);
  const made = {
    id: call.world.id(),
    collection,
    folder,
    state: "watching" as const,
    documents: 0,
    checked: null,
    message: "",
  };
  call.world.watches.push(made);
  send(call, made, 201);
}
export function removeWatch(call: Call): void {
  call.world.watches = call.world.watches.filter((one) => one.id !== Number(call.args[0]));
  send(call, undefined);
}
