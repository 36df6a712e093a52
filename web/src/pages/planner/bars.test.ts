import { describe, expect, it } from "vitest";
import type { Plan, QuantPlan } from "../../api/plan_types";
import { barsOf, chosenQuant, kInferParts, memoryBar } from "./bars";

const load = (total: number) => ({
  weights: total / 2,
  repacked: 0,
  cache: total / 4,
  compute: total / 8,
  overhead: total / 8,
  total,
});
const quant = (quantization: string, gpus: number[], host: number) =>
  ({ quantization, gpus: gpus.map(load), host: load(host) }) as unknown as QuantPlan;
const plan = (part: Partial<Plan>) => ({ machine: "RTX 3060", plans: [], ...part }) as unknown as Plan;

describe("memoryBar", () => {
  it("fills the card in proportion and leaves the rest free", () => {
    const bar = memoryBar("card", { weights: 6, cache: 2 }, kInferParts, 16);
    expect(bar.segments.map(({ part, share }) => [part, share])).toEqual([
      ["weights", 6 / 16],
      ["cache", 2 / 16],
    ]);
    expect([bar.used, bar.free, bar.over, bar.edge]).toEqual([8, 8, 0, 1]);
  });
  it("shows an overflow beyond the card's edge", () => {
    const bar = memoryBar("card", { weights: 18, cache: 6 }, kInferParts, 12);
    expect([bar.free, bar.over, bar.edge]).toEqual([0, 12, 0.5]);
    expect(bar.segments.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });
  it("never divides by nothing", () => {
    expect(memoryBar("card", {}, kInferParts, 0)).toMatchObject({ used: 0, over: 0, segments: [] });
  });
});

describe("barsOf", () => {
  const devices = {
    gpus: [
      { name: "A", total_bytes: 0, usable_bytes: 12 },
      { name: "B", total_bytes: 0, usable_bytes: 24 },
    ],
    host: { name: "", total_bytes: 0, usable_bytes: 64 },
  };
  it("pairs each card with its own size", () => {
    const bars = barsOf(plan({ devices }), quant("Q8_0", [8, 16], 4), "memory");
    expect(bars.map(({ name, used, capacity }) => [name, used, capacity])).toEqual([
      ["A", 8, 12],
      ["B", 16, 24],
      ["memory", 4, 64],
    ]);
  });
  it("leaves out cards that hold nothing", () => {
    expect(barsOf(plan({ devices }), quant("Q8_0", [0, 0], 4), "memory").map(({ name }) => name)).toEqual([
      "memory",
    ]);
  });
});

it("chosenQuant falls back to the best, then to the smallest", () => {
  const plans = [quant("F16", [], 1), quant("Q4_K_M", [], 1), quant("Q2_K", [], 1)];
  expect(chosenQuant(plan({ plans, best: "Q4_K_M" }), "F16")?.quantization).toBe("F16");
  expect(chosenQuant(plan({ plans, best: "Q4_K_M" }), null)?.quantization).toBe("Q4_K_M");
  expect(chosenQuant(plan({ plans }), "none such")?.quantization).toBe("Q2_K");
  expect(chosenQuant(plan({}), null)).toBeUndefined();
});
