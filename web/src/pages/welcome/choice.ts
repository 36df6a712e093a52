import type { ModelItem } from "../../api/machine";
import type { Recommendation } from "../../api/plan_types";

/** The best recommended model that this server can fetch itself; else what is in use or installed; else none. */
export function firstChoice(items: ModelItem[], recommendation: Recommendation): string | null {
  const chats = items.filter((model) => model.role === "chat");
  const inUse = chats.find((model) => model.in_use);
  if (inUse) return inUse.name;
  for (const { id, in_time } of recommendation.chat) {
    if (in_time && chats.some((model) => model.name === id)) return id;
  }
  return (chats.find((model) => model.installed) ?? null)?.name ?? null;
}

/** What is still to be fetched for a chat model, with the embedder that goes with it. */
export function toFetch(items: ModelItem[], chat: string | null): ModelItem[] {
  const embedders = items.filter((model) => model.role === "embed");
  const wanted = items.filter((model) => model.role === "chat" && model.name === chat);
  const [firstEmbedder] = embedders;
  if (firstEmbedder && !embedders.some((model) => model.installed)) wanted.push(firstEmbedder);
  return wanted.filter((model) => !model.installed);
}
