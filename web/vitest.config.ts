import { defineConfig } from "vitest/config";

export default defineConfig({
  esbuild: { jsx: "automatic" },
  test: {
    include: ["src/**/*.test.{ts,tsx}", "mock/**/*.test.ts", "build/**/*.test.ts"],
    testTimeout: 20000,
  },
});
