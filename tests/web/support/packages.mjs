// The packages lie in build/, beside no source file.
import { createRequire } from "node:module";
import { join } from "node:path";
import { kOut } from "./place.mjs";

const load = createRequire(join(kOut, "package.json"));
export const { chromium } = load("playwright-core");
export const { buildSync } = load("esbuild");
