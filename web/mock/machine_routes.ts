import { readFileSync } from "node:fs";
import type { Hit } from "../src/api/search";
import type { Gpu, PlanRequest } from "../src/api/machine";
import type { Job } from "../src/api/jobs";
import type { Plan } from "../src/api/plan_types";
import { jsonOf, notFound, say, send, sleep, type Call } from "./http";
import { now } from "./world";

// From Vite's root, so that it works bundled into its configuration too.
export const data = (name: string): unknown => JSON.parse(readFileSync(`mock/data/${name}.json`, "utf8"));

export const hardware = (call: Call) =>
  send(call, {
    cpu: {
      model: "AMD Ryzen 7 7700",
      architecture: "x86_64",
      sockets: 1,
      cores: 8,
      threads: 16,
      usable_threads: 16,
      l1_data_bytes: 32768,
      l2_bytes: 1048576,
      l3_bytes: 33554432,
      max_ghz: 5.3,
      virtual_machine: false,
      isa: ["AVX2", "AVX512", "FMA"],
    },
    memory: {
      total_bytes: 33_500_000_000,
      available_bytes: 27_100_000_000,
      read_bytes_per_s: 52_000_000_000,
    },
    load: 0.4,
    disks: [
      { device: "nvme0n1", model: "Samsung SSD 990 PRO 1TB", bytes: 1_000_204_886_016, rotational: false },
    ],
    gpus: [],
    shortfalls: [
      {
        what: say(
          call,
          "No graphics card: models above 4B write slower than people read",
          "没有显卡：40 亿参数以上的模型生成速度跟不上阅读",
        ),
        remedy: say(
          call,
          "Compare cards under “Compare cards”, or choose a smaller model",
          "可在“显卡对比”中比较显卡，或选择更小的模型",
        ),
      },
    ],
    notes: [],
  });
export const gpus = (call: Call) => send(call, { items: data("gpus") });
export const catalogue = (call: Call) => send(call, { items: data(`catalogue.${call.language}`) });
export const recommend = (call: Call) => send(call, data(`recommend.${call.language}`));
export const purchases = (call: Call) => send(call, data("purchases"));

export async function plan(call: Call): Promise<void> {
  const request = await jsonOf<PlanRequest>(call);
  if (request.job !== "infer") return send(call, data("train"));
  const here = request.hardware === "here";
  const out = data(here ? "plan_cpu" : "plan_gpu") as Plan;
  const gpu = (data("gpus") as Gpu[]).find((one) => one.name === request.hardware);
  const bytes = gpu?.facts["memory_bytes"]?.value ?? 12_884_901_888;
  const scale = (request.context * request.users) / 4096;
  for (const quant of out.plans) {
    for (const load of [...quant.gpus, quant.host]) {
      load.total += load.cache * (scale - 1);
      load.cache *= scale;
    }
  }
  out.model = request.model;
  out.context_tokens = request.context;
  out.users = request.users;
  out.devices = {
    gpus: here
      ? []
      : [{ name: request.hardware, total_bytes: bytes, usable_bytes: Math.round(bytes * 0.97) }],
    host: { name: "", total_bytes: 33_500_000_000, usable_bytes: 27_100_000_000 },
  };
  send(call, out);
}

export const listModels = (call: Call) => send(call, { items: call.world.models });
export function removeModel(call: Call): void {
  const model = call.world.models.find((one) => one.name === call.args[0]);
  if (!model) throw notFound(call);
  model.installed = model.in_use = false;
  send(call, undefined);
}
export async function useModel(call: Call): Promise<void> {
  const { chat, embed } = await jsonOf<{ chat?: string; embed?: string }>(call);
  for (const model of call.world.models) {
    const wanted = model.role === "chat" ? chat : embed;
    if (wanted !== undefined) model.in_use = model.name === wanted;
  }
  send(call, undefined);
}

export async function pull(call: Call): Promise<void> {
  const { world } = call;
  const model = world.models.find((one) => one.name === call.args[0]);
  if (!model) throw notFound(call);
  const job: Job = {
    id: world.id(),
    kind: "pull",
    subject: model.name,
    state: "running",
    done: 0,
    total: model.bytes,
    unit: "bytes",
    eta_s: 20,
    message: "",
    hint: "",
    started: now(),
  };
  world.jobs.unshift(job);
  send(call, job, 202);
  for (let step = 1; step <= 20 && job.state === "running"; ++step) {
    await sleep(400);
    job.done = (model.bytes * step) / 20;
    job.eta_s = 20 - step;
    world.emit("job", job);
  }
  if (job.state !== "running") return;
  job.state = "done";
  model.installed = true;
  if (!world.models.some((one) => one.role === model.role && one.in_use)) {
    model.in_use = true;
    world.me.features[model.role === "chat" ? "chat_model" : "embedder"] = model.name;
  }
  world.emit("job", job);
}
export const listJobs = (call: Call) => send(call, { items: call.world.jobs });
export function cancelJob(call: Call): void {
  const job = call.world.jobs.find((one) => one.id === Number(call.args[0]));
  if (!job) throw notFound(call);
  job.state = "cancelled";
  call.world.emit("job", job);
  send(call, undefined);
}

export async function search(call: Call): Promise<void> {
  const { query } = await jsonOf<{ query: string }>(call);
  const words = query.toLowerCase().split(/\s+/);
  const hits: Hit[] = [];
  for (const { document, text, pdf } of call.world.live()) {
    for (const line of text.split(/[\n\f]+/)) {
      if (line.trim() === "" || !words.some((word) => line.toLowerCase().includes(word))) continue;
      const begin = Buffer.byteLength(text.slice(0, text.indexOf(line)));
      const end = begin + Buffer.byteLength(line);
      const rank = hits.length + 1;
      hits.push({
        rank,
        chunk: document.id * 1000 + rank,
        document: document.id,
        revision: document.revision,
        title: document.title,
        name: document.name,
        page: pdf?.boxes(begin, end)[0]?.page ?? 0,
        heading: "",
        begin,
        end,
        score: 1 / rank,
        text_score: 8.1 / rank,
        text_rank: rank,
        dense_score: 0.84,
        dense_rank: rank % 3 === 0 ? 0 : rank + 1,
        text: line,
      });
    }
  }
  send(call, {
    dense_used: true,
    hits: hits.slice(0, 20),
    timings_ms: { text: 2.1, embed: 11.4, dense: 0.8 },
  });
}

export async function why(call: Call): Promise<void> {
  const { passage } = await jsonOf<{ passage: string }>(call);
  const found = call.world.live().some(({ text }) => text.includes(passage));
  const stage = (name: string, title: string, state: string, text: string, remedy = "") => ({
    stage: name,
    title,
    state,
    text,
    remedy,
  });
  const parsed = stage(
    "parsed",
    say(call, "read from the document", "从文档中读出"),
    found ? "passed" : "lost",
    found ? "handbook.pdf" : say(call, "no document holds these words", "没有文档包含这些文字"),
    found ? "" : say(call, "check the spelling, or add the document", "请检查文字，或添加该文档"),
  );
  if (!found) return send(call, { found: false, stages: [parsed] });
  send(call, {
    found: false,
    stages: [
      parsed,
      stage(
        "chunked",
        say(call, "in a passage", "所在段落"),
        "passed",
        say(call, "passage 4, page 2", "第 4 段，第 2 页"),
      ),
      stage(
        "full_text",
        say(call, "found by words", "词语检索"),
        "weak",
        say(
          call,
          "rank 34 of 120; has: warranty; lacks: guarantee",
          "第 34 名，共 120 段；含有：保修；缺少：质保",
        ),
      ),
      stage(
        "dense",
        say(call, "found by meaning", "语义检索"),
        "passed",
        say(call, "rank 3 of 120; similarity 0.861", "第 3 名，共 120 段；相似度 0.861"),
      ),
      stage(
        "fused",
        say(call, "ranked", "综合排序"),
        "lost",
        say(call, "rank 22, score 0.412; only 20 are fetched", "第 22 名，得分 0.412；只取前 20 名"),
        say(
          call,
          "meaning alone finds it: set search.dense_weight to 0.8",
          "仅按语义就能找到：可将 search.dense_weight 调到 0.8",
        ),
      ),
      stage("read", say(call, "read by the model", "模型阅读"), "skipped", ""),
    ],
  });
}
