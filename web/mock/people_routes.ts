import type { Group, User } from "../src/api/people";
import type { Key, Language } from "../src/api/session";
import { jsonOf, notFound, Refusal, say, send, sse, type Call } from "./http";
import { now } from "./world";

export const setupState = (call: Call) =>
  send(call, { needed: call.world.needsSetup, oidc: call.world.me.features.oidc });
export async function setUp(call: Call): Promise<void> {
  const { token, name } = await jsonOf<{ token: string; name: string }>(call);
  if (token !== "setup")
    throw new Refusal(
      403,
      "forbidden",
      say(call, "this is not the setup code", "设置码不正确"),
      say(call, "it is “setup” on this mock server", "在这台模拟服务器上是“setup”"),
    );
  call.world.me.user.name = name;
  call.world.needsSetup = false;
  call.world.signedIn = true;
  send(call, call.world.me);
}
export async function signIn(call: Call): Promise<void> {
  const { password } = await jsonOf<{ password: string }>(call);
  if (password === "locked") {
    call.response.setHeader("Retry-After", "300");
    throw new Refusal(
      429,
      "locked_out",
      say(call, "Too many wrong passwords.", "密码错误次数过多。"),
      say(call, "Try again in 5 minutes", "请 5 分钟后再试"),
    );
  }
  if (password !== "password")
    throw new Refusal(
      401,
      "unauthenticated",
      say(call, "Name or password is wrong.", "用户名或密码不正确。"),
    );
  call.world.signedIn = true;
  send(call, call.world.me);
}
export function signOut(call: Call): void {
  call.world.signedIn = false;
  send(call, undefined);
}
export const me = (call: Call) => send(call, call.world.me);
export async function changeMe(call: Call): Promise<void> {
  const { language } = await jsonOf<{ language?: Language }>(call);
  call.world.me.user.language = language ?? null;
  send(call, call.world.me);
}
export async function changePassword(call: Call): Promise<void> {
  const { old } = await jsonOf<{ old: string; new: string }>(call);
  if (old !== "password")
    throw new Refusal(403, "forbidden", say(call, "the old password is wrong", "当前密码不正确"));
  send(call, undefined);
}
export const listKeys = (call: Call) => send(call, { items: call.world.keys });
export async function makeKey(call: Call): Promise<void> {
  const { name, scopes, expires_days } = await jsonOf<{
    name: string;
    scopes: Key["scopes"];
    expires_days: number | null;
  }>(call);
  const key: Key = {
    id: call.world.id(),
    name,
    scopes,
    prefix: "cvp_7Kd2",
    created: now(),
    last_used: null,
    expires: expires_days === null ? null : now() + expires_days * 86_400,
  };
  call.world.keys.push(key);
  send(call, { key, secret: "cvp_7Kd2mYx0vQbE1sN4hLwRtUaZc9GpJf6" });
}
export function revokeKey(call: Call): void {
  call.world.keys = call.world.keys.filter((one) => one.id !== Number(call.args[0]));
  send(call, undefined);
}

export const directory = (call: Call) =>
  send(call, {
    users: call.world.users.map(({ id, name }) => ({ id, name })),
    groups: call.world.groups.map(({ id, name }) => ({ id, name })),
  });
export const listUsers = (call: Call) => send(call, { items: call.world.users, next: null });
export async function addUser(call: Call): Promise<void> {
  const { name, role, groups } = await jsonOf<User>(call);
  const user: User = {
    id: call.world.id(),
    name,
    role,
    groups,
    disabled: false,
    created: now(),
    last_seen: null,
    external: false,
  };
  call.world.users.push(user);
  send(call, user);
}
export async function changeUser(call: Call): Promise<void> {
  const user = call.world.users.find((one) => one.id === Number(call.args[0]));
  if (!user) throw notFound(call);
  const { password: _password, ...change } = await jsonOf<Partial<User> & { password?: string }>(call);
  send(call, Object.assign(user, change));
}
export function removeUser(call: Call): void {
  call.world.users = call.world.users.filter((one) => one.id !== Number(call.args[0]));
  send(call, undefined);
}
export const listGroups = (call: Call) => send(call, { items: call.world.groups, next: null });
export async function addGroup(call: Call): Promise<void> {
  const group: Group = { ...(await jsonOf<Group>(call)), id: call.world.id() };
  call.world.groups.push(group);
  send(call, group);
}
export async function changeGroup(call: Call): Promise<void> {
  const group = call.world.groups.find((one) => one.id === Number(call.args[0]));
  if (!group) throw notFound(call);
  send(call, Object.assign(group, await jsonOf<Partial<Group>>(call)));
}
export function removeGroup(call: Call): void {
  call.world.groups = call.world.groups.filter((one) => one.id !== Number(call.args[0]));
  send(call, undefined);
}
export function audit(call: Call): void {
  const after = Number(call.query.get("after") ?? 0);
  const items = call.world.audit.slice(after, after + 50);
  send(call, { items, next: after + 50 < call.world.audit.length ? String(after + 50) : null });
}

export function events(call: Call): void {
  const emit = sse(call);
  call.world.listeners.add(emit);
  const beat = setInterval(() => call.response.write(": still here\n\n"), 15_000);
  call.response.on("close", () => {
    clearInterval(beat);
    call.world.listeners.delete(emit);
  });
}
