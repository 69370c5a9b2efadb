import { open } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { pictureMissing, pictureTooLarge, pictureUnreadable } from "./errors.js";

/** Largest picture file, and largest content of a gzipped one: a hundred times a retinal photograph. [ours] */
const mostBytes = 2 ** 28;

/** The bytes of a picture file, unpacked where they are gzipped; sizes are known before memory is asked for. Throws picture-missing, picture-unreadable, picture-too-large. */
export async function pictureBytes(path: string): Promise<Buffer> {
  const bytes = await fileBytes(path);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    // A few bytes can unpack to gigabytes.
    if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") throw pictureTooLarge(path, `more than ${mostBytes} bytes once unpacked`, mostBytes);
    throw pictureUnreadable(path, "a gzip file that is damaged or breaks off");
  }
}

async function fileBytes(path: string): Promise<Buffer> {
  try {
    const file = await open(path, "r");
    try {
      const found = await file.stat();
      if (!found.isFile()) throw pictureUnreadable(path, "no regular file");
      if (found.size > mostBytes) throw pictureTooLarge(path, `${found.size} bytes`, mostBytes);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && error.name === "SegDistillError") throw error;
    throw codeOf(error) === "ENOENT" ? pictureMissing(path) : pictureUnreadable(path, `a file that cannot be read (${codeOf(error)})`);
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "unknown");
