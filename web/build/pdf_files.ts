// What pdf.js fetches while it reads a document: character maps (Chinese PDFs without embedded ones), the
// fourteen standard fonts, and decoders in plain JavaScript, as the policy of the page forbids WebAssembly.
// They come from the same origin under a folder named after the version, so they can be cached for ever.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const root = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));
const version = (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version;
const base = `assets/pdfjs-${version}`;

function wanted(folder: string, name: string): boolean {
  if (name.startsWith("LICENSE")) return true;
  return folder === "wasm" ? name.endsWith("_nowasm_fallback.js") : /\.(bcmap|pfb|ttf)$/.test(name);
}

function files(): { name: string; path: string }[] {
  return ["cmaps", "standard_fonts", "wasm"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => wanted(folder, name))
      .map((name) => ({ name: `${base}/${folder}/${name}`, path: join(root, folder, name) })),
  );
}

export function pdfFiles(): Plugin {
  return {
    name: "cvp-pdf-files",
    config: () => ({ define: { __PDF_FILES__: JSON.stringify(`/${base}/`) } }),
    configureServer(server) {
      const byUrl = new Map(files().map((file) => [`/${file.name}`, file.path]));
      server.middlewares.use((request, response, next) => {
        const path = byUrl.get((request.url ?? "").split("?")[0] ?? "");
        if (path === undefined) return next();
        if (path.endsWith(".js")) response.setHeader("Content-Type", "text/javascript");
        response.end(readFileSync(path));
      });
    },
    generateBundle() {
      for (const file of files()) {
        this.emitFile({ type: "asset", fileName: file.name, source: readFileSync(file.path) });
      }
    },
  };
}
