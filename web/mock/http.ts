import type { IncomingMessage, ServerResponse } from "node:http";
import type { Language } from "../src/api/session";
import type { World } from "./world";

export interface Call {
  world: World;
  method: string;
  path: string;
  query: URLSearchParams;
  /** The numbers and names in the path, as the route's brackets say. */
  args: string[];
  language: Language;
  request: IncomingMessage;
  response: ServerResponse;
}

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  constructor(status: number, code: string, message: string, hint = "") {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

export const notFound = (call: Call) =>
  new Refusal(404, "not_found", say(call, "There is no such thing here.", "这里没有这个内容。"), "");

export function say(call: Call, english: string, chinese: string): string {
  return call.language === "zh" ? chinese : english;
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

export async function jsonOf<T>(call: Call): Promise<T> {
  return JSON.parse((await bodyOf(call.request)).toString() || "{}") as T;
}

export function send(call: Call, body: unknown, status = body === undefined ? 204 : 200): void {
  call.response.statusCode = status;
  if (body === undefined) return void call.response.end();
  call.response.setHeader("Content-Type", "application/json; charset=utf-8");
  call.response.end(JSON.stringify(body));
}

export function sse(call: Call): (event: string, data: unknown) => void {
  call.response.setHeader("Content-Type", "text/event-stream");
  call.response.setHeader("Cache-Control", "no-store");
  call.response.flushHeaders();
  return (event, data) => {
    call.response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
}

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
