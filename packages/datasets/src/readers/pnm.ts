import type { Raster } from "@segdistill/core/contract";
import { pictureUnreadable } from "./errors.js";

/** A decoded PGM or PPM: values as stored, 0 … `most`. */
export interface Pnm extends Raster {
  readonly data: Uint8Array | Uint16Array;
  readonly most: number;
}

const isSpace = (byte: number | undefined): boolean => byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13);
const hash = 0x23;
const newline = 10;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

/** Whether bytes begin as one of the four forms that {@link decodePnm} reads. */
export const isPnm = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && [0x32, 0x33, 0x35, 0x36].includes(bytes[1] ?? 0) && (isSpace(bytes[2]) || bytes[2] === hash);

/**
 * Decodes PGM and PPM: P2 and P3 (text), P5 and P6 (binary), 8 bit or 16 bit big endian. Netpbm's format page.
 *
 * Comments (`#` to the end of the line) may stand anywhere before the pixels and nowhere in binary pixels: after the largest value exactly one white space is taken, what follows is data
 * even where it looks like white space or `#`. Of several pictures in one file the first is read.
 *
 * @returns `[height, width, 1 | 3]`, values as stored
 * @throws picture-unreadable for a broken header, too few pixels, a value above the largest
 */
export function decodePnm(bytes: Uint8Array, path: string): Pnm {
  const kind = (bytes[1] ?? 0) - 48;
  let at = 2;
  const fail = (found: string): Error => pictureUnreadable(path, `a P${kind} file with ${found}`);
  const number = (what: string): number => {
    for (;;) {
      while (isSpace(bytes[at])) at++;
      if (bytes[at] !== hash) break;
      while (at < bytes.length && bytes[at] !== newline) at++;
    }
    if (at >= bytes.length) throw fail(`no ${what}: it breaks off`);
    if (!isDigit(bytes[at])) throw fail(`no ${what}: byte ${at} is ${bytes[at]!}`);
    let value = 0;
    while (isDigit(bytes[at])) value = value * 10 + bytes[at++]! - 48;
    return value;
  };
  const width = number("width");
  const height = number("height");
  const most = number("largest value");
  if (width < 1 || height < 1) throw fail(`a size of ${width} x ${height}`);
  if (most < 1 || most > 65535) throw fail(`${most} as largest value instead of 1 to 65535`);
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const length = width * height * channels;
  const wide = most > 255;
  const binary = kind >= 5;
  if (binary) {
    // A comment may end the header; its line end is then the one white space.
    if (bytes[at] === hash) while (at < bytes.length && bytes[at] !== newline) at++;
    at++;
  }
  const needed = binary ? length * (wide ? 2 : 1) : 2 * length - 1;
  if (bytes.length - at < needed) throw fail(`${Math.max(0, bytes.length - at)} bytes of pixels instead of ${needed}`);
  const data = wide ? new Uint16Array(length) : new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const value = !binary
      ? number(`pixel value ${i} of ${length}`)
      : wide
        ? bytes[at + 2 * i]! * 256 + bytes[at + 2 * i + 1]!
        : bytes[at + i]!;
    if (value > most) throw fail(`the value ${value} above its largest value ${most}`);
    data[i] = value;
  }
  return { height, width, channels, data, most };
}

/** A decoded PGM or PPM with its values spread over the whole range of its bits: 0 … 255 or 0 … 65535, rounded. */
export function spread({ height, width, channels, data, most }: Pnm): Raster {
  const full = data instanceof Uint8Array ? 255 : 65535;
  return { height, width, channels, data: most === full ? data : data.map((value) => Math.round((value * full) / most)) };
}
