import type { Http } from "./http";
import type { Job } from "./jobs";
import type { Plan, PurchaseList, Recommendation, TrainPlan } from "./plan_types";

export interface Gpu {
  name: string;
  vendor: string;
  series: string;
  generation: string;
  architecture: string;
  compute_capability: string;
  form: string;
  devices: number;
  games_rank: number;
  note: string;
  facts: Record<string, { value: number; source: string; checked: boolean } | undefined>;
}
export interface MachineGpu {
  driver_name: string;
  /** 0: not known. */
  memory_bytes: number;
  free_bytes: number;
  shares_host_memory: boolean;
  decoded: { name: string };
  catalogue?: Gpu;
}
export interface Hardware {
  cpu: {
    model: string;
    architecture: string;
    sockets: number;
    cores: number;
    threads: number;
    usable_threads: number;
    l3_bytes: number;
    max_ghz: number;
    virtual_machine: boolean;
    isa: string[];
  };
  memory: { total_bytes: number; available_bytes: number; read_bytes_per_s: number };
  load: number;
  disks: { device: string; model: string; bytes: number; rotational: boolean }[];
  gpus: MachineGpu[];
  shortfalls: { what: string; remedy: string }[];
  notes: string[];
}
export interface CatalogueModel {
  id: string;
  family: string;
  name: string;
  maker: string;
  country: string;
  released: string;
  access: "open weights" | "service only" | "not released";
  commercial: "yes" | "with conditions" | "no" | "unknown";
  licence: string;
  licence_note: string;
  languages: string[];
  training_data: string;
  gguf: string[];
  installs_as: string;
  note: string;
  unverified: string[];
  parameters?: number;
  active_parameters?: number;
  training_tokens?: number;
  context_tokens?: number;
  architecture?: string;
  cache_bytes_per_token?: number;
}
export interface ModelItem {
  name: string;
  /** base: to be trained further, not to be asked. */
  role: "chat" | "embed" | "base";
  installed: boolean;
  in_use: boolean;
  bytes: number;
  licence: string;
  must_accept: boolean;
  /** To run it; 0: not known. */
  memory_bytes: number;
}
export type PlanJob = "infer" | "lora" | "qlora" | "full" | "pretrain" | "reward" | "ppo" | "dpo";
export interface PlanRequest {
  model: string;
  precision: string | null;
  context: number;
  users: number;
  hardware: string;
  count: number;
  job: PlanJob;
}
export interface RecommendRequest {
  languages: string[];
  documents: number;
  users: number;
  first_token_s: number;
  budget: number | null;
}

export const machineApi = (http: Http) => ({
  hardware: (signal?: AbortSignal) => http.get<Hardware>("/api/hardware", {}, signal),
  gpus: (signal?: AbortSignal) => http.get<{ items: Gpu[] }>("/api/gpus", {}, signal),
  catalogue: (signal?: AbortSignal) => http.get<{ items: CatalogueModel[] }>("/api/catalogue", {}, signal),
  plan: (request: PlanRequest, signal?: AbortSignal) => http.post<Plan>("/api/plan", request, signal),
  planTraining: (request: PlanRequest, signal?: AbortSignal) =>
    http.post<TrainPlan>("/api/plan", request, signal),
  purchases: (
    request: { model: string; context: number; users: number; budget: number | null },
    signal?: AbortSignal,
  ) => http.post<PurchaseList>("/api/plan/buy", request, signal),
  recommend: (request: RecommendRequest, signal?: AbortSignal) =>
    http.post<Recommendation>("/api/recommend", request, signal),
  models: (signal?: AbortSignal) => http.get<{ items: ModelItem[] }>("/api/models", {}, signal),
  pull: (name: string, acceptLicence: boolean) =>
    http.post<Job>(`/api/models/${encodeURIComponent(name)}/pull`, { accept_licence: acceptLicence }),
  removeModel: (name: string) => http.delete<undefined>(`/api/models/${encodeURIComponent(name)}`),
  use: (names: { chat?: string; embed?: string }) => http.put<undefined>("/api/models/in_use", names),
});
