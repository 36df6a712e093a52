import type { Http } from "./http";

export interface Setting {
  key: string;
  value: string | number;
  default: string | number;
  text: string;
  /** secret: never sent back; its value is "" or, where one is set, "********". */
  type: "text" | "number" | "choice" | "secret";
  choices?: string[];
}

/** Only what may be changed from a browser; paths, addresses and secrets are set on the server. */
export const settingsApi = (http: Http) => ({
  settings: (signal?: AbortSignal) => http.get<{ items: Setting[] }>("/api/settings", {}, signal),
  change: (values: Record<string, Setting["value"]>) =>
    http.patch<{ items: Setting[] }>("/api/settings", values),
});
