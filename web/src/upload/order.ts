import type { UploadItem } from "./queue";

/** What needs a person comes first, then what moves, then what is done. */
const kOrder: UploadItem["state"][] = ["failed", "sending", "reading", "waiting", "cancelled", "done"];

export function inOrder(items: UploadItem[]): UploadItem[] {
  return [...items].sort((a, b) => kOrder.indexOf(a.state) - kOrder.indexOf(b.state) || a.id - b.id);
}
