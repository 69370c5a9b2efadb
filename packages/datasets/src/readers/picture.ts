import type { Raster } from "@segdistill/core/contract";
import sharp from "sharp";
import { pictureKind, pictureTooLarge, pictureUnreadable } from "./errors.js";
import { brightest } from "../raster/channel.js";
import { pictureBytes } from "./bounded-file.js";
import { formatOf } from "./format-of.js";
import { decodePnm, isPnm, spread } from "./pnm.js";

/** 16,384 × 8192: 0.8 GB decoded where it has 16 bits and three channels. [ours] */
const mostPixels = 2 ** 27;

/** sharp decodes and does nothing else: no rotation by EXIF, no colour profile, no change of bits. */
async function decoded(bytes: Buffer, path: string): Promise<Raster> {
  // `warning` would refuse files with odd metadata; `error` still refuses what breaks off.
  if (bytes.length === 0) throw pictureUnreadable(path, "an empty file");
  const format = formatOf(bytes);
  const unknown = (): Error => pictureUnreadable(path, "bytes that no decoder takes (another format, or damaged)");
  if (format === undefined) throw unknown();
  // Only the header is read here; without a bound of the library's own, so that ours can say the size.
  const facts = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => {
      throw unknown();
    });
  if (facts.width * facts.height > mostPixels)
    throw pictureTooLarge(path, `${facts.width} x ${facts.height} pixels (width x height)`, mostPixels);
  if (facts.space === "cmyk") throw pictureKind(path, "CMYK colours");
  const wide = facts.depth === "ushort";
  if (!wide && facts.depth !== "uchar") throw pictureKind(path, `pixels of the type ${facts.depth}`);
  const grey = facts.channels <= 2;
  const { data, info } = await sharp(bytes, { failOn: "error", ignoreIcc: true, limitInputPixels: mostPixels })
    .removeAlpha()
    .toColourspace(wide ? (grey ? "grey16" : "rgb16") : grey ? "b-w" : "srgb")
    .raw({ depth: wide ? "ushort" : "uchar" })
    .toBuffer({ resolveWithObject: true })
    .catch(() => {
      throw pictureUnreadable(path, `a ${format} file that is damaged or breaks off`);
    });
  const { height, width, channels } = info;
  const length = height * width * channels;
  return {
    height,
    width,
    channels,
    data: wide ? new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + 2 * length)) : new Uint8Array(data),
  };
}

/**
 * Reads a picture: PNG, JPEG, TIFF, GIF and WebP (the first frame; palettes expanded, alpha dropped, pixel values as stored: no colour profile, no EXIF rotation), PGM and PPM
 * (values spread over the range of their bits); any of them gzipped, which is told by content and not by name.
 *
 * @returns `[height, width, 1 | 3]`, 8 bit (0 … 255) or 16 bit (0 … 65535)
 * @throws picture-missing, picture-unreadable (damaged, cut off, unknown), picture-too-large (above 2^28 bytes or 2^27 pixels), picture-kind (CMYK, float)
 */
export async function readPicture(path: string): Promise<Raster> {
  const bytes = await pictureBytes(path);
  return isPnm(bytes) ? spread(decodePnm(bytes, path)) : decoded(bytes, path);
}

/**
 * Reads a mask file to one channel, max(R, G, B), values as stored: 1-bit files as 0 and 255, PGM and PPM unscaled, alpha never enters. datasets.md 1.1
 *
 * What the values mean is for `binarise` and `mapped`.
 *
 * @returns `[height, width, 1]`, 8 or 16 bit
 * @throws as {@link readPicture}
 */
export async function readMask(path: string): Promise<Raster> {
  const bytes = await pictureBytes(path);
  return brightest(isPnm(bytes) ? decodePnm(bytes, path) : await decoded(bytes, path));
}
