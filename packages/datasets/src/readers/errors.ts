import { userError } from "../errors.js";

const formats = "PNG, JPEG, TIFF, GIF, WebP, PGM or PPM";

/** A picture file that is not there. */
export const pictureMissing = (path: string): Error =>
  userError(
    "picture-missing",
    `[picture] "${path}" does not exist. Expected a ${formats} file. Check the path, or download the data set again.`,
  );

/** A file that is no picture we know, or one that is damaged; `found` says which. */
export const pictureUnreadable = (path: string, found: string): Error =>
  userError(
    "picture-unreadable",
    `[picture] "${path}" cannot be read. Expected a complete ${formats} file, gzipped or not; found ${found}. Download it again, or convert it to PNG.`,
  );

/** A picture above the bounds of what is read into memory. */
export const pictureTooLarge = (path: string, found: string, most: number): Error =>
  userError("picture-too-large", `[picture] "${path}" has ${found}. Expected at most ${most}. Make it smaller, or cut it into pieces.`);

/** A picture of a kind that has no place here, such as CMYK or float pixels. */
export const pictureKind = (path: string, found: string): Error =>
  userError(
    "picture-kind",
    `[picture] "${path}" has ${found}. Expected grey or RGB with 8 or 16 bits a channel. Convert it to an RGB PNG.`,
  );

/** A mask value that the map of values does not know. */
export const maskValue = (path: string, value: number, count: number, known: readonly number[]): Error =>
  userError(
    "mask-value",
    `[mask] "${path}" has ${count} pixels of value ${value}. Expected only ${known.join(", ")}. Give ${value} a class, or list it under ignore.`,
  );

/** A raster that no PNG can hold. */
export const notForPng = (path: string, found: string): Error =>
  userError(
    "not-for-png",
    `[picture] "${path}" cannot be written: found ${found}. Expected 1, 3 or 4 channels of 8 or 16 bits. Round and pick channels first.`,
  );
