import { createHash } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codeOf, writeError } from "./errors.js";

/** What was written. */
export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

let count = 0;
const temporary = /^\..+\.\d+-\d+\.tmp$/;

/** A name in the same folder (so on the same disk) that no other write uses. */
export const temporaryPath = (path: string): string => join(dirname(path), `.${basename(path)}.${process.pid}-${count++}.tmp`);

/** Makes the names in a folder durable. Windows knows no such call; there the rename itself has to do. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems refuse to sync a folder.
    if (codeOf(error) !== "EINVAL" && codeOf(error) !== "ENOTSUP") throw error;
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file so that at any moment, also over a kill or a power cut, its name holds the old content or the new one, whole.
 * A temporary name in the same folder, write, fsync, rename, fsync of the folder. Missing folders are made.
 *
 * @param content bytes, a text (UTF-8), or pieces that are written one after the other
 * @returns length and SHA-256 of what was written
 * Throws (file/disk-full, file/not-writable, file/write-failed) with the temporary file taken away.
 * Source: our choice.
 */
export async function writeAtomic(path: string, content: Uint8Array | string | readonly Uint8Array[]): Promise<Written> {
  const pieces = typeof content === "string" ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content;
  const hash = createHash("sha256");
  let bytes = 0;
  const beside = temporaryPath(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(beside, "wx");
    try {
      for (const piece of pieces) {
        await handle.writeFile(piece);
        hash.update(piece);
        bytes += piece.byteLength;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw writeError(path, error);
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Takes away what writes that were killed left in a folder and below. Only for a folder that no other process writes to. */
export async function removeTemporary(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeTemporary(path);
    else if (temporary.test(entry.name)) await rm(path, { force: true });
  }
}
