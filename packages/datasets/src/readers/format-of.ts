/** Formats that are handed to the library. */
export type Format = "PNG" | "JPEG" | "GIF" | "WEBP" | "TIFF";

const starts: readonly (readonly [Format, readonly number[]])[] = [
  ["PNG", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["JPEG", [0xff, 0xd8, 0xff]],
  ["GIF", [0x47, 0x49, 0x46, 0x38]],
  ["TIFF", [0x49, 0x49, 0x2a, 0x00]],
  ["TIFF", [0x4d, 0x4d, 0x00, 0x2a]],
];
const at = (bytes: Uint8Array, start: number, signs: readonly number[]): boolean => signs.every((sign, i) => bytes[start + i] === sign);

/**
 * The format that bytes begin as; undefined for every other. The library could open more (SVG with what it refers to, PDF, whatever a system's build holds):
 * bytes of those never reach it. Big TIFF is left out: no picture that is small enough needs it. [ours]
 */
export const formatOf = (bytes: Uint8Array): Format | undefined =>
  at(bytes, 0, [0x52, 0x49, 0x46, 0x46]) && at(bytes, 8, [0x57, 0x45, 0x42, 0x50])
    ? "WEBP"
    : starts.find(([, signs]) => at(bytes, 0, signs))?.[0];
