import type { Mask, Raster } from "@segdistill/core/contract";
import sharp from "sharp";
import { notForPng } from "./errors.js";

/**
 * Writes a mask or an overlay as PNG, without loss and with the values as they are (multiply a mask of 0 and 1 by 255 to see it).
 *
 * @param picture a mask, or `[h, w, 1 | 3 | 4]` of 8 or 16 bits
 * @throws not-for-png for fractions and other numbers of channels
 */
export async function writePng(path: string, picture: Mask | Raster): Promise<void> {
  const { height, width, data } = picture;
  const channels = "channels" in picture ? picture.channels : 1;
  if (data instanceof Float32Array) throw notForPng(path, "fractions");
  if (channels !== 1 && channels !== 3 && channels !== 4) throw notForPng(path, `${channels} channels`);
  const wide = data instanceof Uint16Array;
  await sharp(data, { raw: { width, height, channels } })
    .toColourspace(wide ? (channels === 1 ? "grey16" : "rgb16") : channels === 1 ? "b-w" : "srgb")
    .png({ compressionLevel: 9, palette: false })
    .toFile(path);
}
