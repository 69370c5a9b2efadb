import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

/** Every package that a source file imports at run time, through all files of ours. */
function packagesOf(file: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>();
  if (seen.has(file)) return found;
  seen.add(file);
  for (const [, types, from] of readFileSync(file, "utf8").matchAll(/^(?:import|export) (type )?(?:[^"=;]+ from )?"([^"]+)"/gm)) {
    if (types !== undefined) continue;
    if (!from!.startsWith(".")) found.add(from!);
    else for (const name of packagesOf(join(dirname(file), from!.replace(/\.js$/, ".ts")), seen)) found.add(name);
  }
  return found;
}

it("the preparation needs nothing of Node", () => {
  const here = dirname(fileURLToPath(import.meta.url));
  expect([...packagesOf(join(here, "index.ts"))]).toEqual(["zod"]);
  // The same walk does see Node where it is used.
  expect([...packagesOf(join(here, "../readers/index.ts"))].sort()).toEqual([
    "node:fs",
    "node:fs/promises",
    "node:path",
    "node:stream/promises",
    "node:util",
    "node:zlib",
    "sharp",
  ]);
});
