import { createHash } from "node:crypto";
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { z } from "zod";

/** `SEGDISTILL_CACHE`, else `$XDG_CACHE_HOME/segdistill`, else `~/.cache/segdistill`. interfaces.md 4 */
function cacheFolder(): string {
  const { SEGDISTILL_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  return own ? own : join(xdg ? xdg : join(homedir(), ".cache"), "segdistill");
}

/** Counted up whenever what is remembered is found in another way. */
const version = 1;

/** Where something about files is kept, without ending: another path once one of them changed. A file is known by its real path, its length and the time of its last change. */
export async function rememberedPath(about: string, files: readonly string[]): Promise<string> {
  const marks = await Promise.all(
    files.map(async (file) => {
      const { size, mtimeMs } = await stat(file);
      return [await realpath(file), size, mtimeMs];
    }),
  );
  return join(
    cacheFolder(),
    "volumes",
    createHash("sha256")
      .update(JSON.stringify([version, about, marks]))
      .digest("hex"),
  );
}

/**
 * What was found out about files, kept as a small file below `volumes/` of the cache folder, so that it is not found out at every start: how many slices a volume has, which of them show
 * something. To hash a set of volumes would take as long as to read it. [ours]
 *
 * @param about what is found out, with every option that it depends on
 * @param shape what is remembered must still have; anything else in the cache is found out anew. A cache that cannot be written is done without.
 */
export async function remembered<T>(about: string, files: readonly string[], shape: z.ZodType<T>, find: () => Promise<T>): Promise<T> {
  const path = `${await rememberedPath(about, files)}.json`;
  const known = await readFile(path, "utf8").then(
    (text) => shape.safeParse(parsed(text)),
    () => undefined,
  );
  if (known?.success === true) return known.data;
  const found = await find();
  const beside = `${path}.${String(process.pid)}.part`;
  await mkdir(dirname(path), { recursive: true })
    .then(() => writeFile(beside, JSON.stringify(found)))
    .then(() => rename(beside, path))
    .catch(() => rm(beside, { force: true }).catch(() => undefined));
  return found;
}

/** JSON, or undefined where a text is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
