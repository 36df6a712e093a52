// Where things are; `run.py` sets the variables.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const kRoot = fileURLToPath(new URL("../../..", import.meta.url));
export const kOut = process.env.CVP_WEB_OUT ?? join(kRoot, "build/web-tests");
export const kTraces = join(kOut, "traces");
export const kProgram = process.env.CVP_PROGRAM ?? join(kRoot, "build/release/bin/cvp");
export const kModelsHome = process.env.CVP_TEST_HOME ?? "";
export const kData = process.env.CVP_DATA ?? "";
export const kChromium = process.env.CVP_CHROMIUM ?? "/usr/bin/chromium";
export const kDemo = join(kRoot, "demo/documents");
export const kUpdateScreenshots = process.env.UPDATE_SCREENSHOTS === "1";
