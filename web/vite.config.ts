import { defineConfig } from "vite";
import { licences } from "./build/licences";
import { pdfFiles } from "./build/pdf_files";
import { mockServer } from "./mock/plugin";

export default defineConfig({
  plugins: [pdfFiles(), licences(), mockServer()],
  esbuild: { jsx: "automatic" },
  build: {
    target: "es2022",
    // The policy of the page allows nothing inline: no data: fonts, no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      // "use client" is for servers that render React; there is none here.
      onwarn: (warning, warn) => {
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
      output: {
        // Not every web server knows .mjs; a worker must come as JavaScript.
        assetFileNames: (asset) =>
          (asset.names[0] ?? "").endsWith(".mjs")
            ? "assets/[name]-[hash].js"
            : "assets/[name]-[hash][extname]",
      },
    },
  },
});
