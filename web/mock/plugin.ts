// The mock server inside `vite` and `vite preview`. It is no part of what is built.
//   MOCK=setup     nobody has an account yet, nothing is installed     MOCK=signin   sign in first (password: "password")
//   MOCK_PACE_MS   pause between the events of an answer
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { answer } from "./server";
import { World } from "./world";

const kPlaceholder = "__CVP_NONCE__";

function makeWorld(): World {
  const mode = process.env["MOCK"] ?? "";
  return new World({ setup: mode === "setup", empty: mode === "setup", signedIn: mode === "" });
}

type Next = () => void;
const api = (world: World) => (request: IncomingMessage, response: ServerResponse, next: Next) => {
  if (!request.url?.startsWith("/api/")) return next();
  void answer(world, request, response);
};

/** The built page as the real server sends it: with the nonce filled in, and under its strict policy. */
function page(request: IncomingMessage, response: ServerResponse, next: Next): void {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (path.startsWith("/assets/") || path === "/licences.txt") {
    response.setHeader(
      "Content-Security-Policy",
      "default-src 'self'; style-src 'self'; img-src 'self' blob: data:",
    );
    return next();
  }
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'self'",
    "img-src 'self' blob: data:",
    `style-src 'self' 'nonce-${nonce}'`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  response.setHeader("Content-Security-Policy", policy.join("; "));
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end(readFileSync("dist/index.html", "utf8").replaceAll(kPlaceholder, nonce));
}

export function mockServer(): Plugin {
  return {
    name: "cvp-mock-server",
    configureServer(server) {
      server.middlewares.use(api(makeWorld()));
    },
    configurePreviewServer(server) {
      server.middlewares.use(api(makeWorld()));
      server.middlewares.use(page);
    },
  };
}
