import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import tsconfig from "./tsconfig.json" with { type: "json" };

// Tests read the packages' sources, not their builds; the one list of paths is tsconfig.json's.
const alias = Object.entries(tsconfig.compilerOptions.paths).map(([name, [path]]) => ({
  find: new RegExp(`^${name.replace("*", "([^/]+)")}$`),
  replacement: fileURLToPath(new URL(path!.replace("*", "$1"), import.meta.url)),
}));

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["packages/**/*.test.ts", "apps/**/*.test.ts", "examples/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    pool: "forks", // TensorFlow is one library per process
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
