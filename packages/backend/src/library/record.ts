import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What lies beside the libraries in the cache and says where they came from; written last, so a folder without it is not whole. */
export interface LibraryRecord {
  readonly version: string;
  /** URL of the wheel, or the path it was taken from. */
  readonly from: string;
  /** SHA-256 of the wheel, as the index gave it; null where it did not come from an index. */
  readonly sha256: string | null;
  /** Size in bytes of each library: a later look tells a cut file. */
  readonly bytes: Readonly<Record<string, number>>;
}

export const recordName = "segdistill.json";

/** Reads a folder's record; null if there is none or it is not one. */
export function readRecord(folder: string): LibraryRecord | null {
  try {
    const found = JSON.parse(readFileSync(join(folder, recordName), "utf8")) as Partial<LibraryRecord> | null;
    if (typeof found?.version !== "string" || typeof found.from !== "string" || typeof found.bytes !== "object") return null;
    return { version: found.version, from: found.from, sha256: found.sha256 ?? null, bytes: found.bytes };
  } catch {
    return null;
  }
}
