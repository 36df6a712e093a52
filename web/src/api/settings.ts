import type { Http } from "./http";

export interface Setting {
  key: string;
  value: string | number | boolean;
  default: string | number | boolean;
  text: string;
  /** secret: never sent back; its value is "" or, where one is set, "********". */
  type: "text" | "number" | "bool" | "choice" | "secret";
  choices?: string[];
}

export const settingsApi = (http: Http) => ({
  settings: (signal?: AbortSignal) => http.get<{ items: Setting[] }>("/api/settings", {}, signal),
  change: (values: Record<string, Setting["value"]>) =>
    http.patch<{ items: Setting[] }>("/api/settings", values),
});
