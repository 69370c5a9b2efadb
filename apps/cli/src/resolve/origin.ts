import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import type { Origin } from "@segdistill/core/contract";
import { entryOf, type FoundPackage } from "./find-package.js";

/** Where something was loaded from: package, version and the SHA-256 over (name, bytes) of the program files beside its entry, sorted by name. */
export const originOf = (found: FoundPackage): Origin => {
  const folder = dirname(entryOf(found));
  const hash = createHash("sha256");
  for (const name of programs(folder)) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  return { package: found.name, version: found.version, files: hash.digest("hex") };
};

const programs = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => [".js", ".mjs", ".cjs"].includes(extname(name)) && !name.split("/").includes("node_modules"))
    .sort();
