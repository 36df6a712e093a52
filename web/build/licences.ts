// What is built contains other people's work: their licences travel with it as licences.txt, and a licence that the project
// does not take stops the build.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const kTaken = new Set(["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC"]);

interface Package {
  name: string;
  version: string;
  licence: string;
  text: string;
}

/** The folder of the package that a module belongs to: the part after the last node_modules. */
export function packageFolder(moduleId: string): string | null {
  const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(
    moduleId.replace(/^\0/, "").replaceAll("\\", "/"),
  );
  return match?.[1] ?? null;
}

function read(folder: string): Package {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  return {
    name: String(about["name"]),
    version: String(about["version"]),
    licence: String(about["license"] ?? ""),
    text: file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim(),
  };
}

export function licences(): Plugin {
  return {
    name: "cvp-licences",
    apply: "build",
    generateBundle(_options, bundle) {
      const folders = new Set(["node_modules/pdfjs-dist"]);
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        for (const id of chunk.moduleIds) folders.add(packageFolder(id) ?? "");
      }
      const packages = [...folders]
        .filter((folder) => folder !== "" && existsSync(join(folder, "package.json")))
        .map(read);
      const unique = [...new Map(packages.map((one) => [`${one.name} ${one.version}`, one])).values()];
      unique.sort((a, b) => a.name.localeCompare(b.name));
      for (const one of unique) {
        if (!kTaken.has(one.licence))
          this.error(`${one.name} ${one.version} has the licence "${one.licence}"`);
      }
      const source = unique
        .map((one) => `${one.name} ${one.version} (${one.licence})\n\n${one.text}\n`)
        .join(`\n${"-".repeat(80)}\n\n`);
      this.emitFile({ type: "asset", fileName: "licences.txt", source });
    },
  };
}
