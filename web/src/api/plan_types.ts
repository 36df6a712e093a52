/** A figure and the range to expect. */
export interface Band {
  value: number;
  low: number;
  high: number;
}
export interface DeviceLoad {
  weights: number;
  repacked: number;
  cache: number;
  compute: number;
  overhead: number;
  total: number;
}
export interface Device {
  name: string;
  total_bytes: number;
  usable_bytes: number;
}
export interface QuantPlan {
  quantization: string;
  bits_per_weight: number;
  file_bytes: number;
  runs_on: "gpu" | "split" | "cpu" | "no";
  fits: boolean;
  missing_bytes: number;
  gpu_layers: number;
  gpus: DeviceLoad[];
  host: DeviceLoad;
  memory_bytes: number;
  decode_tokens_per_second?: Band;
  decode_full_context?: Band;
  decode_all_users?: Band;
  prefill_tokens_per_second?: Band;
  perplexity_rise_percent?: number;
}
export interface Plan {
  model: string;
  architecture: string;
  parameters: number;
  machine: string;
  context_tokens: number;
  users: number;
  calibrated: boolean;
  plans: QuantPlan[];
  notes: string[];
  best?: string;
  flags?: string[];
  longest_context?: number;
  /** What the bars are drawn against; the same order as a plan's `gpus`. */
  devices?: { gpus: Device[]; host: Device };
}
export interface TrainLoad {
  weights: number;
  gradients: number;
  optimizer: number;
  activations: number;
  logits: number;
  other_models: number;
  overhead: number;
  total: number;
}
export interface TrainPlan {
  model: string;
  job: string;
  gpu: string;
  gpus: number;
  parameters: number;
  trained_parameters: number;
  tokens: number;
  memory_per_gpu: TrainLoad;
  usable_bytes: number;
  fits: boolean;
  methods_bytes: Record<string, number>;
  hours?: Band;
  gpu_hours?: Band;
  energy_kwh?: Band;
  rent_usd?: Band;
  price_source?: string;
  notes: string[];
}
export interface Purchase {
  gpu: string;
  count: number;
  price_usd: number;
  price_checked: boolean;
  price_source: string;
  year: number;
  quantization: string;
  decode_tokens_per_second: Band;
  prefill_tokens_per_second: Band;
}
export interface PurchaseList {
  model: string;
  purchases: Purchase[];
  notes: string[];
}
export interface RecommendedModel {
  id: string;
  name: string;
  quantization: string;
  parameters: number;
  licence: string;
  installable: boolean;
  /** Its files elsewhere; may be empty. */
  where: string;
  memory_bytes: number;
  in_time: boolean;
  reasons: string[];
  /** Not there where a GPU's speed is not known. */
  decode_tokens_per_second?: Band;
  answer_seconds?: Band;
}
export interface Recommendation {
  machine: string;
  embedder: string;
  why_embedder: string;
  chat: RecommendedModel[];
  notes: string[];
}
