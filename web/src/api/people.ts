import type { Http } from "./http";
import { wholeList, type Page } from "./pages";
import type { Role } from "./session";

export interface User {
  id: number;
  name: string;
  role: Role;
  groups: number[];
  disabled: boolean;
  created: number;
  last_seen: number | null;
  external: boolean;
}
export interface Group {
  id: number;
  name: string;
  members: number[];
}
/** Names only: whom one can share with. */
export interface Directory {
  users: { id: number; name: string }[];
  groups: { id: number; name: string }[];
}
export interface AuditEntry {
  id: number;
  time: number;
  /** Empty: nobody had signed in. */
  actor: string;
  action: string;
  subject: string;
  from: string;
}
export interface NewUser {
  name: string;
  password: string;
  role: Role;
  groups: number[];
}
export type UserChange = Partial<Pick<User, "role" | "groups" | "disabled"> & { password: string }>;

const kPage = 200;
const kPeopleMost = 10_000;

export const peopleApi = (http: Http) => ({
  directory: (signal?: AbortSignal) => http.get<Directory>("/api/directory", {}, signal),
  users: (signal?: AbortSignal) =>
    wholeList((after) => http.get<Page<User>>("/api/users", { after, limit: kPage }, signal), kPeopleMost),
  addUser: (user: NewUser) => http.post<User>("/api/users", user),
  changeUser: (id: number, change: UserChange) => http.patch<User>(`/api/users/${id}`, change),
  removeUser: (id: number) => http.delete<undefined>(`/api/users/${id}`),
  groups: (signal?: AbortSignal) =>
    wholeList((after) => http.get<Page<Group>>("/api/groups", { after, limit: kPage }, signal), kPeopleMost),
  addGroup: (name: string, members: number[]) => http.post<Group>("/api/groups", { name, members }),
  changeGroup: (id: number, change: Partial<Omit<Group, "id">>) =>
    http.patch<Group>(`/api/groups/${id}`, change),
  removeGroup: (id: number) => http.delete<undefined>(`/api/groups/${id}`),
  audit: (after: string | null, signal?: AbortSignal) =>
    http.get<Page<AuditEntry>>("/api/audit", { after, limit: 50 }, signal),
});
