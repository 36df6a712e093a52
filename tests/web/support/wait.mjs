import { setTimeout as pause } from "node:timers/promises";

const kEveryMs = 100;
export const kPageMs = 30_000;
/** A small model on two cores reads a passage in seconds, and an answer takes several. */
export const kAnswerMs = 240_000;

/** The first value of `look` that `good` accepts; after `ms` an error that shows the last one. */
export async function until(what, look, good = Boolean, ms = kPageMs) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await look();
    if (good(value)) return value;
    if (Date.now() > end) throw new Error(`${what}: after ${ms / 1000} s it was ${shown(value)}`);
    await pause(kEveryMs);
  }
}

function shown(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text === undefined || text.length < 2000 ? text : `${text.slice(0, 2000)}…`;
}
