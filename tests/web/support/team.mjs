// A server as a team has it: the default models, an administrator, readers, and the demo's documents with their vectors.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Client } from "./client.mjs";
import { kDemo } from "./place.mjs";
import { Server } from "./server.mjs";
import { kAnswerMs, until } from "./wait.mjs";

export const kPassword = "a harbour of grey stone";
export const kCollection = "Handbook-手册";

/** Questions whose answers stand in the demo's documents. */
export const kQuestions = {
  zh: {
    ask: "一个 7B 模型用 int4 量化后，权重占多少显存？",
    says: "3.5",
    title: "显存怎么算",
    next: "那 int8 呢？",
  },
  en: {
    ask: "How many bytes per parameter does full fine-tuning with mixed-precision Adam need?",
    says: "16",
    title: "How much memory does training need?",
    next: "And with LoRA?",
  },
};

export class Team {
  static async start(name) {
    const team = Object.assign(new Team(), { server: await Server.start(name, { models: true }), chats: {} });
    const { url, token } = team.server;
    team.ann = await new Client(url).setUp(token, "ann", kPassword);
    for (const [person, role] of [
      ["bob", "reader"],
      ["eve", "editor"],
      ["dora", "reader"],
    ]) {
      await team.ann.must("POST", "/api/users", { name: person, password: kPassword, role });
      team[person] = await new Client(url).signIn(person, kPassword);
    }
    team.collection = (await team.ann.must("POST", "/api/collections", { name: kCollection })).id;
    for (const language of ["en", "zh"]) {
      for (const file of readdirSync(join(kDemo, language)).sort())
        await team.ann.upload(team.collection, file, readFileSync(join(kDemo, language, file)));
    }
    await team.vectorsReady();
    return team;
  }

  vectorsReady() {
    const state = async () =>
      (await this.ann.must("GET", "/api/collections")).items.find(({ id }) => id === this.collection);
    return until(
      "the vectors",
      state,
      ({ chunks, vectors_done: done }) => chunks > 0 && chunks === done,
      kAnswerMs,
    );
  }

  /** A chat of ann's with an answer in it: one that a scenario has left, else one that quotes. */
  async chat(lang) {
    this.chats[lang] ??= (await this.ann.ask(kQuestions[lang].ask, { mode: "extract" })).chat;
    return this.chats[lang];
  }

  stop() {
    return this.server.stop();
  }
}
