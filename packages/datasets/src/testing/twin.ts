import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";

/** The values of one pixel: one (grey), three (RGB) or four (RGBA). */
export type Pixel = (row: number, column: number) => readonly number[];

/** The bytes of a made picture, PNG, JPEG or TIFF by the ending of `name`; `compression` is that of a TIFF. */
export async function pictureFile(
  name: string,
  height: number,
  width: number,
  pixel: Pixel,
  compression: "none" | "lzw" | "deflate" = "none",
): Promise<Buffer> {
  const channels = pixel(0, 0).length as 1 | 3 | 4;
  const data = Buffer.alloc(height * width * channels);
  for (let i = 0; i < height * width; i++) data.set(pixel(Math.floor(i / width), i % width), i * channels);
  const picture = sharp(data, { raw: { height, width, channels } }).toColourspace(channels === 1 ? "b-w" : "srgb");
  if (/\.jpe?g$/i.test(name)) return picture.jpeg({ quality: 75 }).toBuffer();
  return /\.tiff?$/i.test(name) ? picture.tiff({ compression }).toBuffer() : picture.png().toBuffer();
}

/** Writes a file below a folder, its folders first. */
export async function put(root: string, path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

/** The pixels that a mask marks, as `row: class index` of its first column; rows of 0 are left out. */
export function rowsOf(
  mask: { readonly width: number; readonly height: number; readonly data: Uint8Array } | null,
): Record<number, number> {
  const rows = Array.from({ length: mask!.height }, (_, row): [number, number] => [row, mask!.data[row * mask!.width]!]);
  return Object.fromEntries(rows.filter(([, value]) => value !== 0));
}
