import type { Entry } from "./queue";
import { kQueueLimitFiles } from "./queue";

const kDepthLimit = 32;

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

async function childrenOf(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = entry.createReader();
  const all: FileSystemEntry[] = [];
  // A reader hands out about a hundred at a time, and an empty list at the end.
  while (all.length < kQueueLimitFiles) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) break;
    all.push(...some);
  }
  return all;
}

async function walk(entry: FileSystemEntry, prefix: string, depth: number, out: Entry[]): Promise<void> {
  if (out.length >= kQueueLimitFiles || depth > kDepthLimit) return;
  // What the system keeps for itself is not a document.
  if (entry.name.startsWith(".")) return;
  const name = prefix + entry.name;
  if (entry.isFile) out.push({ name, file: await fileOf(entry as FileSystemFileEntry) });
  if (!entry.isDirectory) return;
  for (const child of await childrenOf(entry as FileSystemDirectoryEntry))
    await walk(child, `${name}/`, depth + 1, out);
}

/** Files and whole folders that were dropped. The list of items is dead after the event, so the entries are taken first. */
export async function droppedEntries(transfer: DataTransfer): Promise<Entry[]> {
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const out: Entry[] = [];
  for (const entry of entries) await walk(entry, "", 0, out);
  return out;
}

export function chosenEntries(files: FileList): Entry[] {
  return [...files]
    .map((file) => ({ file, name: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath }))
    .filter(({ name }) => !name.split("/").some((part) => part.startsWith(".")));
}
