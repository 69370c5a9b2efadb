import { readFile } from "node:fs/promises";

/** How the first picture of a little-endian TIFF is compressed, by tag 259: `lzw` (5), `deflate` (8), or the number. */
export async function tiffCompression(path: string): Promise<string> {
  const bytes = await readFile(path);
  const directory = bytes.readUInt32LE(4);
  const entries = Array.from({ length: bytes.readUInt16LE(directory) }, (_, i) => directory + 2 + 12 * i);
  const entry = entries.find((at) => bytes.readUInt16LE(at) === 259);
  const number = entry === undefined ? "none" : String(bytes.readUInt16LE(entry + 8));
  return { "5": "lzw", "8": "deflate" }[number] ?? number;
}
