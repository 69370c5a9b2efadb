import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FoundPackage } from "./find-package.js";
import { trustOf } from "./trusted.js";

const own = dirname(fileURLToPath(import.meta.url));

/** Every package that offers something to SegDistill and may be loaded for a folder: its project depends on it, or it comes with this program. By name. */
export const installed = (folder: string): readonly FoundPackage[] => {
  const names = new Set<string>();
  for (const modules of [folder, own].flatMap((from) => createRequire(join(from, "here.js")).resolve.paths("x") ?? []))
    for (const name of packagesIn(modules)) names.add(name);
  const { allowed } = trustOf(folder);
  return [...names]
    .sort()
    .map(allowed)
    .filter((found): found is FoundPackage => found?.manifest.segdistill !== undefined);
};

const packagesIn = (modules: string): readonly string[] =>
  existsSync(modules)
    ? readdirSync(modules).flatMap((name) => {
        if (name.startsWith(".")) return [];
        return name.startsWith("@") ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name];
      })
    : [];
