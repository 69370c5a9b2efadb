import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

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
    const hash = createHash("sha256");
    let length = 0;
    // Piece by piece: a file may be larger than what is read at once.
    for await (const piece of typeof bytes === "string" ? createReadStream(bytes, { highWaterMark: 1 << 20 }) : [bytes]) {
      hash.update(piece as Uint8Array);
      length += (piece as Uint8Array).length;
    }
    lines.push(`${id} ${String(length)} ${hash.digest("hex")}\n`);
  }
  return createHash("sha256").update(lines.sort().join("")).digest("hex");
}
