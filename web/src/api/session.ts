import type { Http } from "./http";

export type Language = "zh" | "en";
export type Role = "admin" | "editor" | "reader";
export type Scope = "ask" | "search" | "read" | "write" | "admin";

export interface Features {
  chat_model: string | null;
  embedder: string | null;
  training: boolean;
  oidc: boolean;
  max_upload_bytes: number;
}
export interface Me {
  user: { id: number; name: string; role: Role; language: Language | null };
  csrf: string;
  version: string;
  features: Features;
}
export interface SetupState {
  needed: boolean;
  oidc: boolean;
}
export interface Key {
  id: number;
  name: string;
  scopes: Scope[];
  prefix: string;
  created: number;
  last_used: number | null;
  expires: number | null;
}

export const sessionApi = (http: Http) => ({
  setupState: () => http.get<SetupState>("/api/setup"),
  setUp: (token: string, name: string, password: string) =>
    http.post<Me>("/api/setup", { token, name, password }),
  signIn: (name: string, password: string) => http.post<Me>("/api/login", { name, password }),
  signOut: () => http.post<undefined>("/api/logout"),
  me: () => http.get<Me>("/api/me"),
  setLanguage: (language: Language) => http.patch<Me>("/api/me", { language }),
  setPassword: (old: string, fresh: string) => http.post<undefined>("/api/me/password", { old, new: fresh }),
  keys: (signal?: AbortSignal) => http.get<{ items: Key[] }>("/api/me/keys", {}, signal),
  makeKey: (name: string, scopes: Scope[], expiresDays: number | null) =>
    http.post<{ key: Key; secret: string }>("/api/me/keys", { name, scopes, expires_days: expiresDays }),
  revokeKey: (id: number) => http.delete<undefined>(`/api/me/keys/${id}`),
});
