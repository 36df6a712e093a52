import type { Setting } from "../../api/settings";
import type { Dictionary } from "../../lang/en";

export type Group = keyof Dictionary["admin"]["groups"];
const kOrder: Group[] = ["chat", "embedding", "answer", "search", "ingest", "engine", "other"];

const groupOf = (key: string): Group => kOrder.find((group) => key.startsWith(`${group}.`)) ?? "other";

/** By the first part of their names, in the order in which people need them. */
export function groupSettings(items: Setting[], words: string): [Group, Setting[]][] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const found = items.filter(({ key, text }) =>
    wanted.every((word) => `${key} ${text}`.toLowerCase().includes(word)),
  );
  return kOrder.flatMap((group): [Group, Setting[]][] => {
    const settings = found.filter(({ key }) => groupOf(key) === group);
    return settings.length > 0 ? [[group, settings]] : [];
  });
}
