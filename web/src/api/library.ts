import type { Http, UploadOptions } from "./http";
import { withQuery } from "./http";
import type { Page } from "./pages";

export type Right = "read" | "write" | "manage";
export type Everyone = "none" | "read" | "write";
export type AccessEntry = { user?: number; group?: number; right: Right };

export interface Collection {
  id: number;
  name: string;
  documents: number;
  chunks: number;
  vectors_done: number;
  right: Right;
  everyone: Everyone;
  /** Managers only. */
  access?: AccessEntry[];
}
export interface Document {
  id: number;
  collection: number;
  name: string;
  uri: string;
  title: string;
  media_type: string;
  bytes: number;
  pages: number;
  chunks: number;
  revision: number;
  revision_number: number;
  added: number;
  notes: string[];
  vectors_done: number;
}
export interface Revision {
  revision: number;
  number: number;
  added: number;
  bytes: number;
  active: boolean;
}
export interface TextPiece {
  revision: number;
  begin: number;
  end: number;
  size: number;
  text: string;
}
/** PDF points from the page's top left. */
export interface Box {
  page: number;
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}
export interface Chunk {
  id: number;
  ordinal: number;
  begin: number;
  end: number;
  context_begin: number;
  page_first: number;
  page_last: number;
  tokens: number;
  heading: string;
}
export interface Uploaded {
  outcome: "added" | "updated" | "unchanged";
  document: Document;
}
export interface Watch {
  id: number;
  collection: number;
  folder: string;
  state: "watching" | "missing" | "failed";
  documents: number;
  checked: number | null;
  message: string;
}
export interface Undo {
  undo: string;
  until: number;
}
export interface Span {
  begin: number;
  end: number;
}

export const libraryApi = (http: Http) => ({
  collections: (signal?: AbortSignal) => http.get<{ items: Collection[] }>("/api/collections", {}, signal),
  addCollection: (name: string) => http.post<Collection>("/api/collections", { name }),
  changeCollection: (id: number, change: Partial<Pick<Collection, "name" | "everyone" | "access">>) =>
    http.patch<Collection>(`/api/collections/${id}`, change),
  removeCollection: (id: number) => http.delete<undefined>(`/api/collections/${id}`),

  documents: (collection: number, q: string, after: string | null, signal?: AbortSignal) =>
    http.get<Page<Document>>(`/api/collections/${collection}/documents`, { q, after, limit: 50 }, signal),
  upload: (collection: number, name: string, file: Blob, options: UploadOptions) =>
    http.upload<Uploaded>(withQuery(`/api/collections/${collection}/documents`, { name }), file, options),
  document: (id: number, signal?: AbortSignal) =>
    http.get<Document & { revisions: Revision[] }>(`/api/documents/${id}`, {}, signal),
  remove: (id: number) => http.delete<Undo>(`/api/documents/${id}`),
  restore: (id: number, undo: string) => http.post<Document>(`/api/documents/${id}/restore`, { undo }),
  originalUrl: (id: number, revision: number) => withQuery(`/api/documents/${id}/original`, { revision }),
  text: (id: number, revision: number, span: Span, signal?: AbortSignal) =>
    http.get<TextPiece>(`/api/documents/${id}/text`, { revision, ...span }, signal),
  boxes: (id: number, revision: number, span: Span, signal?: AbortSignal) =>
    http.get<{ items: Box[] }>(`/api/documents/${id}/boxes`, { revision, ...span }, signal),
  chunks: (id: number, revision: number, after: string | null, signal?: AbortSignal) =>
    http.get<Page<Chunk>>(`/api/documents/${id}/chunks`, { revision, after }, signal),

  watches: (signal?: AbortSignal) => http.get<{ items: Watch[] }>("/api/watches", {}, signal),
  watch: (collection: number, folder: string) => http.post<Watch>("/api/watches", { collection, folder }),
  unwatch: (id: number) => http.delete<undefined>(`/api/watches/${id}`),
});
