// The packages of these tests lie in build/: the tree of the sources stays as it is. Fetched again only where the lock file has changed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const kHere = fileURLToPath(new URL(".", import.meta.url));
export const kOut = process.env.CVP_OIDC_OUT ?? fileURLToPath(new URL("../../build/oidc-tests", import.meta.url));

/** Why they cannot be had, or null. */
export function installPackages() {
  const wanted = createHash("sha256").update(readFileSync(join(kHere, "package-lock.json"))).digest("hex");
  const mark = join(kOut, "node_modules/.lock-hash");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return null;
  if (process.env.CVP_OFFLINE) return "CVP_OFFLINE is set and the packages of these tests are not installed";
  mkdirSync(kOut, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) copyFileSync(join(kHere, name), join(kOut, name));
  const options = ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  const done = spawnSync("npm", options, { cwd: kOut, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`npm ci: ${done.error ?? ""}${done.stdout}${done.stderr}`);
  writeFileSync(mark, wanted);
  return null;
}

/** A package that is written as modules, or as CommonJS. */
export const load = (name) =>
  import(pathToFileURL(createRequire(join(kOut, "package.json")).resolve(name)).href);
