import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { detect } from "@segdistill/datasets";

/** The children of `SEGDISTILL_DATA` that a data set of ours recognises, by its name; the first in order of the folders' names. */
export const detectRoots = async (parent: string | undefined): Promise<ReadonlyMap<string, string>> => {
  const roots = new Map<string, string>();
  if (!parent) return roots;
  const folders = (await readdir(parent, { withFileTypes: true })).filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
  for (const { name } of folders.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const set = await detect(join(parent, name));
    if (set !== undefined && !roots.has(set)) roots.set(set, join(parent, name));
  }
  return roots;
};
