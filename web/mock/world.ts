// What the mock server knows. Everything lives in memory and is gone when it stops.
import type { Chat } from "../src/api/ask";
import type { Job } from "../src/api/jobs";
import type { Collection, Document, Watch } from "../src/api/library";
import type { ModelItem } from "../src/api/machine";
import type { AuditEntry, Group, User } from "../src/api/people";
import type { Key, Me } from "../src/api/session";
import { seededChats } from "./chats";
import { seededRuns, type MockRun } from "./runs";
import { makePdf, type MockPdf } from "./pdf";
import { kContract, kGpuMemory, kHandbook, kHostile } from "./texts";

export const now = () => Math.floor(Date.now() / 1000);

export interface Stored {
  document: Document;
  text: string;
  original: Buffer;
  pdf: MockPdf | null;
  removed: boolean;
}

const model = (
  name: string,
  role: ModelItem["role"],
  bytes: number,
  part: Partial<ModelItem>,
): ModelItem => ({
  name,
  role,
  bytes,
  installed: false,
  in_use: false,
  licence: "Apache-2.0",
  must_accept: false,
  memory_bytes: Math.round(bytes * 1.7),
  ...part,
});

export class World {
  needsSetup: boolean;
  signedIn: boolean;
  me: Me;
  listeners = new Set<(event: string, data: unknown) => void>();
  private nextId = 100;

  users: User[] = [
    {
      id: 1,
      name: "Lin Yue 林悦",
      role: "admin",
      groups: [1],
      disabled: false,
      created: now() - 8e6,
      last_seen: now() - 20,
      external: false,
    },
    {
      id: 2,
      name: "Anna Schmidt",
      role: "editor",
      groups: [1, 2],
      disabled: false,
      created: now() - 6e6,
      last_seen: now() - 4000,
      external: true,
    },
    {
      id: 3,
      name: "<b>Mallory</b>",
      role: "reader",
      groups: [],
      disabled: true,
      created: now() - 1e6,
      last_seen: null,
      external: false,
    },
  ];
  groups: Group[] = [
    { id: 1, name: "技术部 Engineering", members: [1, 2] },
    { id: 2, name: "法务 Legal", members: [2] },
  ];
  keys: Key[] = [
    {
      id: 1,
      name: "nightly report",
      scopes: ["ask", "search"],
      prefix: "cvp_ab12",
      created: now() - 3e6,
      last_used: now() - 9000,
      expires: now() + 5e6,
    },
    {
      id: 2,
      name: "旧脚本",
      scopes: ["read"],
      prefix: "cvp_9f0c",
      created: now() - 9e6,
      last_used: null,
      expires: now() - 1000,
    },
  ];
  collections: Collection[] = [
    {
      id: 1,
      name: "手册-Handbooks",
      documents: 0,
      chunks: 0,
      vectors_done: 0,
      right: "manage",
      everyone: "read",
      access: [
        { group: 1, right: "write" },
        { user: 2, right: "manage" },
      ],
    },
    {
      id: 2,
      name: "合同-Contracts",
      documents: 0,
      chunks: 0,
      vectors_done: 0,
      right: "manage",
      everyone: "none",
      access: [{ group: 2, right: "read" }],
    },
  ];
  documents: Stored[] = [];
  chats: Chat[] = [];
  jobs: Job[] = [];
  watches: Watch[] = [
    {
      id: 1,
      collection: 1,
      folder: "/srv/documents/handbooks",
      state: "watching",
      documents: 12,
      checked: now() - 40,
      message: "",
    },
  ];
  runs: MockRun[] = [];
  models: ModelItem[] = [
    model("qwen2.5-coder-1.5b-instruct", "chat", 1117320768, { installed: true, in_use: true }),
    model("qwen2.5-coder-0.5b-instruct", "chat", 491400064, { installed: true }),
    model("gemma-3-270m", "chat", 253113024, { licence: "Gemma Terms of Use", must_accept: true }),
    model("multilingual-e5-small", "embed", 71622400, { installed: true, in_use: true, licence: "MIT" }),
    model("bge-small-zh-v1.5", "embed", 94851877, { licence: "MIT", memory_bytes: 0 }),
  ];
  audit: AuditEntry[] = Array.from({ length: 120 }, (_, at) => ({
    id: 120 - at,
    time: now() - at * 1700,
    actor: at % 6 === 0 ? "" : at % 3 === 0 ? "Anna Schmidt" : "Lin Yue 林悦",
    action:
      [
        "login.failed",
        "document.add",
        "document.delete",
        "collection.access",
        "key.create",
        "settings.change",
      ][at % 6] ?? "",
    subject:
      ["anna", "gpu-memory.md", "old.pdf", "合同-Contracts", "nightly report", "answer.mode"][at % 6] ?? "",
    from: "127.0.0.1",
  }));
  settings = new Map<string, unknown>();

  constructor(options: { setup?: boolean; signedIn?: boolean; empty?: boolean } = {}) {
    this.needsSetup = options.setup ?? false;
    this.signedIn = options.signedIn ?? false;
    this.me = {
      user: { id: 1, name: "Lin Yue 林悦", role: "admin", language: null },
      csrf: "mock-csrf",
      version: "0.3.0",
      features: {
        chat_model: "qwen2.5-coder-1.5b-instruct",
        embedder: "multilingual-e5-small",
        training: false,
        oidc: true,
        max_upload_bytes: 200_000_000,
      },
    };
    if (options.empty) {
      this.collections = [];
      for (const one of this.models) one.installed = one.in_use = false;
      this.me.features.chat_model = this.me.features.embedder = null;
      return;
    }
    this.addPdf(1, "handbook.pdf", "Employee Handbook", kHandbook);
    this.add(1, "gpu-memory.md", "显存怎么算", "text/markdown", Buffer.from(kGpuMemory), kGpuMemory, []);
    this.add(2, "2025/合作协议.txt", "合作协议（节选）", "text/plain", Buffer.from(kContract), kContract, [
      "read as GB18030 · 按 GB18030 读取",
    ]);
    this.add(
      2,
      "<img src=x onerror=alert(1)>.html",
      "<script>alert('title')</script>",
      "text/html",
      Buffer.from(kHostile),
      kHostile,
      [],
    );
    this.add(1, "scan-2019.pdf", "", "application/pdf", Buffer.from("%PDF-1.4"), "", []);
    const waiting = this.documents[1];
    if (waiting) waiting.document.vectors_done = 1;
    this.runs = seededRuns(now());
    this.chats = seededChats(now());
    this.count();
  }

  id(): number {
    return this.nextId++;
  }
  emit(event: string, data: unknown): void {
    for (const listener of this.listeners) listener(event, data);
  }

  addPdf(collection: number, name: string, title: string, pages: string[][]): void {
    const pdf = makePdf(pages);
    const stored = this.add(collection, name, title, "application/pdf", pdf.bytes, pdf.text, []);
    stored.pdf = pdf;
    stored.document.pages = pages.length;
    stored.document.revision_number = 2;
  }

  add(
    collection: number,
    name: string,
    title: string,
    type: string,
    original: Buffer,
    text: string,
    notes: string[],
  ): Stored {
    const id = this.id();
    const chunks = Math.ceil(text.length / 300);
    const document: Document = {
      id,
      collection,
      name,
      uri: `/srv/documents/${name}`,
      title,
      media_type: type,
      bytes: original.length,
      pages: 0,
      chunks,
      revision: id * 10,
      revision_number: 1,
      added: now() - 86_400 * (this.documents.length + 1),
      notes,
      vectors_done: chunks,
    };
    const stored: Stored = { document, text, original, pdf: null, removed: false };
    this.documents.push(stored);
    return stored;
  }

  live(collection?: number): Stored[] {
    return this.documents.filter(
      (one) => !one.removed && (collection === undefined || one.document.collection === collection),
    );
  }

  count(): void {
    for (const one of this.collections) {
      const inside = this.live(one.id).map(({ document }) => document);
      one.documents = inside.length;
      one.chunks = inside.reduce((sum, document) => sum + document.chunks, 0);
      one.vectors_done = inside.reduce((sum, document) => sum + document.vectors_done, 0);
    }
  }
}
