import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** What a data set's fingerprint is made of: a file, or bytes that were made. */
export interface Fingered {
  readonly id: string;
  readonly bytes: string | Uint8Array;
}

/** Length and SHA-256 of bytes, or of a file's. */
export interface Sum {
  readonly length: number;
  readonly sha256: string;
}

/** Piece by piece: a file may be larger than what is read at once. */
export async function sumOfBytes(bytes: string | Uint8Array): Promise<Sum> {
  const hash = createHash("sha256");
  let length = 0;
  for await (const piece of typeof bytes === "string" ? createReadStream(bytes, { highWaterMark: 1 << 20 }) : [bytes]) {
    hash.update(piece as Uint8Array);
    length += (piece as Uint8Array).length;
  }
  return { length, sha256: hash.digest("hex") };
}

/**
 * SHA-256 over the sorted lines `id size sha256` of images and masks, as 64 hexadecimal digits; a changed file changes it, a moved folder does not. datasets.md 1.1
 *
 * `id` tells image, mask and second observer of a case apart; `bytes` is a path to read or the bytes themselves.
 */
export async function fingerprint(
  files: readonly Fingered[],
  sumOf: (bytes: string | Uint8Array) => Promise<Sum> = sumOfBytes,
): Promise<string> {
  const lines: string[] = [];
  for (const { id, bytes } of files) {
    const { length, sha256 } = await sumOf(bytes);
    lines.push(`${id} ${String(length)} ${sha256}\n`);
  }
  return createHash("sha256").update(lines.sort().join("")).digest("hex");
}
