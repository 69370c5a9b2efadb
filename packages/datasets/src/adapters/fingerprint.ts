import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** What a data set's fingerprint is made of: a file, or bytes that were made. */
export interface Fingered {
  readonly id: string;
  readonly bytes: string | Uint8Array;
}

/**
 * SHA-256 over the sorted lines `id size sha256` of images and masks, as 64 hexadecimal digits; a changed file changes it, a moved folder does not. datasets.md 1.1
 *
 * `id` tells image, mask and second observer of a case apart; `bytes` is a path to read or the bytes themselves.
 */
export async function fingerprint(files: readonly Fingered[]): Promise<string> {
  const lines: string[] = [];
  for (const { id, bytes } of files) {
    const content = typeof bytes === "string" ? await readFile(bytes) : bytes;
    lines.push(`${id} ${String(content.length)} ${createHash("sha256").update(content).digest("hex")}\n`);
  }
  return createHash("sha256").update(lines.sort().join("")).digest("hex");
}
