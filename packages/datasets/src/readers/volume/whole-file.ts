import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { volumeUnreadable } from "./errors.js";
import type { ItkImage } from "./itk.js";

/**
 * Refuses a NIfTI file that breaks off: the library fills up what is missing with zeros and says nothing.
 *
 * The length is known from its header; a gzipped file is unpacked once more to count its bytes, by which its checksum is looked at too.
 */
export async function refuseBrokenOff(path: string, { metadata, size }: ItkImage): Promise<void> {
  const bytes = (name: string): number => Number(metadata.get(name) ?? 0);
  const needed = bytes("vox_offset") + size.reduce((a, b) => a * b, 1) * (bytes("bitpix") / 8);
  const found = /\.gz$/i.test(path) ? await unpackedLength(path) : (await stat(path)).size;
  if (found === null) throw volumeUnreadable(path, "a gzip file that is damaged or breaks off");
  if (found < needed) throw volumeUnreadable(path, `${String(found)} bytes instead of ${String(needed)}`);
}

async function unpackedLength(path: string): Promise<number | null> {
  let length = 0;
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 20 }),
      createGunzip({ chunkSize: 1 << 20 }),
      async (pieces: AsyncIterable<Buffer>) => {
        for await (const piece of pieces) length += piece.length;
      },
    );
    return length;
  } catch {
    return null;
  }
}
