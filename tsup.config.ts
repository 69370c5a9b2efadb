import { existsSync, readFileSync } from "node:fs";
import { defineConfig } from "tsup";

interface Manifest {
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
}

/** Every package builds the same way: ESM and types of what its `exports` name ("./ops" is src/ops/index.ts or src/ops.ts). */
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const names = Object.keys(manifest.exports ?? {})
  .filter((name) => !name.endsWith(".json"))
  .map((name) => (name === "." ? "index" : name.slice(2)));
const source = (name: string): string => [`src/${name}.ts`, `src/${name}/index.ts`].find((path) => existsSync(path)) ?? `src/${name}.ts`;

export default defineConfig({
  entry: Object.fromEntries(names.map((name) => [name, source(name)])),
  format: "esm",
  target: "node20",
  dts: true,
  sourcemap: true,
  clean: true,
});
