import { defineConfig } from "tsup";

/** Every package builds the same way: ESM and types from `src/index.ts` and the entries its own exports name. */
export default defineConfig({
  entry: ["src/index.ts"],
  format: "esm",
  target: "node20",
  dts: true,
  sourcemap: true,
  clean: true,
});
