import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { brokenManifest } from "./errors.js";

/** An installed package. */
export interface FoundPackage {
  readonly name: string;
  readonly version: string;
  readonly root: string;
  readonly manifest: Manifest;
}

/** As much of a package.json as is read here. */
export interface Manifest {
  readonly version?: string;
  readonly main?: string;
  readonly exports?: unknown;
  readonly keywords?: readonly string[];
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly segdistill?: { readonly contract?: unknown };
}

/** The package of a name as Node would find it from the first of several folders that sees it; undefined where none does. Throws resolve/manifest. Whether it may be loaded is for `trusted` to say. */
export const findPackage = (name: string, folders: readonly string[]): FoundPackage | undefined => {
  for (const folder of folders) {
    for (const modules of createRequire(join(folder, "here.js")).resolve.paths(name) ?? []) {
      const file = join(modules, name, "package.json");
      if (!existsSync(file)) continue;
      const manifest = manifestIn(file);
      return { name, version: manifest.version ?? "0.0.0", root: realpathSync(join(modules, name)), manifest };
    }
  }
  return undefined;
};

const manifestIn = (file: string): Manifest => {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Manifest;
  } catch (e) {
    throw brokenManifest(file, e instanceof Error ? e.message : String(e));
  }
};

/** The file that `import` of the package's own name loads: `exports["."]` under the conditions node, import and default, else `main`. */
export const entryOf = ({ root, manifest }: FoundPackage): string => {
  const { exports } = manifest;
  const dot = typeof exports === "object" && exports !== null && "." in exports ? (exports as { ".": unknown })["."] : exports;
  return join(root, condition(dot) ?? manifest.main ?? "index.js");
};

const condition = (of: unknown): string | undefined => {
  if (typeof of === "string") return of;
  if (Array.isArray(of)) return of.map(condition).find((found) => found !== undefined);
  if (typeof of !== "object" || of === null) return undefined;
  for (const [name, inner] of Object.entries(of)) {
    const found = ["node", "import", "default"].includes(name) ? condition(inner) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
};
