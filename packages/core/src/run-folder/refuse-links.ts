import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileLinked } from "./errors.js";

/**
 * Throws (file/link) for the first symbolic link in a folder or below; the folder itself may be one. A run writes below its folder by name, and a folder that a
 * stranger packed could hold `checkpoints` as a link to any place. [ours]
 */
export async function refuseLinks(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) throw fileLinked(path);
    if (entry.isDirectory()) await refuseLinks(path);
  }
}
