import type { DeviceLoad, Device, Plan, QuantPlan } from "../../api/plan_types";

export type Part =
  | "weights"
  | "repacked"
  | "cache"
  | "compute"
  | "overhead"
  | "gradients"
  | "optimizer"
  | "activations"
  | "logits"
  | "other_models";

export const kInferParts: Part[] = ["weights", "repacked", "cache", "compute", "overhead"];
export const kTrainParts: Part[] = [
  "weights",
  "gradients",
  "optimizer",
  "activations",
  "logits",
  "other_models",
  "overhead",
];

export interface Segment {
  part: Part;
  bytes: number;
  /** Of the bar's length, 0…1. */
  share: number;
}
export interface Bar {
  name: string;
  segments: Segment[];
  used: number;
  capacity: number;
  free: number;
  /** More than the device holds. */
  over: number;
  /** Where on the bar the device ends; below 1 when the load is larger than the device. */
  edge: number;
}

/** A load against its device. The bar is as long as the larger of the two, so that an overflow is seen in proportion. */
export function memoryBar(
  name: string,
  load: Partial<Record<Part, number>>,
  parts: Part[],
  capacity: number,
): Bar {
  const kept = parts
    .map((part) => ({ part, bytes: Math.max(0, load[part] ?? 0) }))
    .filter(({ bytes }) => bytes > 0);
  const used = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  const length = Math.max(used, capacity, 1);
  return {
    name,
    segments: kept.map((segment) => ({ ...segment, share: segment.bytes / length })),
    used,
    capacity,
    free: Math.max(0, capacity - used),
    over: Math.max(0, used - capacity),
    edge: capacity / length,
  };
}

const loadOf = (load: DeviceLoad): Partial<Record<Part, number>> => ({
  weights: load.weights,
  repacked: load.repacked,
  cache: load.cache,
  compute: load.compute,
  overhead: load.overhead,
});

/** One bar a card, and the main memory. A card that holds nothing of the model is left out. */
export function barsOf(plan: Plan, quant: QuantPlan, mainMemory: string): Bar[] {
  const device = (at: number): Device | undefined => plan.devices?.gpus[at];
  const cards = quant.gpus.flatMap((load, at) =>
    load.total > 0
      ? [
          memoryBar(
            device(at)?.name ?? plan.machine,
            loadOf(load),
            kInferParts,
            device(at)?.usable_bytes ?? load.total,
          ),
        ]
      : [],
  );
  const host = plan.devices?.host.usable_bytes ?? quant.host.total;
  return [...cards, memoryBar(mainMemory, loadOf(quant.host), kInferParts, host)];
}

/** What the form asks for, else the best, else the smallest: something is always shown. */
export function chosenQuant(plan: Plan, wanted: string | null): QuantPlan | undefined {
  const named = (name: string | null | undefined) => plan.plans.find((one) => one.quantization === name);
  return named(wanted) ?? named(plan.best) ?? plan.plans.at(-1);
}
