import type { Mask, Raster } from "@segdistill/core/contract";
import { cropOutside } from "./errors.js";

/** Builds a picture of another size out of pixels of the first: `source(y, x)` is the row-major index of a source pixel, −1 for `fill`. */
function rearranged<P extends Raster | Mask>(
  picture: P,
  height: number,
  width: number,
  source: (y: number, x: number) => number,
  fill = 0,
): P {
  const channels = "channels" in picture ? picture.channels : 1;
  const { data } = picture;
  const length = height * width * channels;
  const out =
    data instanceof Uint8Array ? new Uint8Array(length) : data instanceof Uint16Array ? new Uint16Array(length) : new Float32Array(length);
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = source(y, x);
      for (let c = 0; c < channels; c++) out[o++] = from < 0 ? fill : data[from * channels + c]!;
    }
  }
  return { ...picture, height, width, data: out };
}

/** The picture with its columns in reverse: left becomes right. */
export const flipColumns = <P extends Raster | Mask>(picture: P): P =>
  rearranged(picture, picture.height, picture.width, (y, x) => y * picture.width + picture.width - 1 - x);

/** The picture with its rows in reverse: top becomes bottom. */
export const flipRows = <P extends Raster | Mask>(picture: P): P =>
  rearranged(picture, picture.height, picture.width, (y, x) => (picture.height - 1 - y) * picture.width + x);

/** The picture turned clockwise by `turns` · 90°; height and width change places for odd turns. */
export function turn<P extends Raster | Mask>(picture: P, turns: 0 | 1 | 2 | 3): P {
  const { height, width } = picture;
  if (turns === 0) return picture;
  if (turns === 2) return rearranged(picture, height, width, (y, x) => (height - 1 - y) * width + width - 1 - x);
  if (turns === 1) return rearranged(picture, width, height, (y, x) => (height - 1 - x) * width + y);
  return rearranged(picture, width, height, (y, x) => x * width + width - 1 - y);
}

/** A part of a picture: first row, first column and size, in pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The part of a picture inside a box.
 *
 * @throws crop-outside where the box leaves the picture
 */
export function crop<P extends Raster | Mask>(picture: P, box: Box): P {
  const { top, left, height, width } = box;
  if (top < 0 || left < 0 || height < 1 || width < 1 || top + height > picture.height || left + width > picture.width) {
    throw cropOutside(`${top}..${top + height - 1}, ${left}..${left + width - 1}`, `${picture.height} x ${picture.width}`);
  }
  return rearranged(picture, height, width, (y, x) => (top + y) * picture.width + left + x);
}

/** Pixels to add at each side. */
export interface Margins {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Mirrors an index into 0 … n−1 without repeating the edge (… 2 1 0 1 2 …), as often as needed; 0 where n is 1.
 */
export function reflected(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const at = ((i % period) + period) % period;
  return at < n ? at : period - at;
}

/** The picture with margins: mirrored without repeating the edge (`"reflect"`), or filled with one number. */
export function pad<P extends Raster | Mask>(picture: P, margins: Margins, by: "reflect" | number): P {
  const { top, bottom, left, right } = margins;
  const { height, width } = picture;
  if (top + bottom + left + right === 0) return picture;
  const inside = (i: number, n: number): boolean => i >= 0 && i < n;
  const source = (y: number, x: number): number => {
    if (by === "reflect") return reflected(y - top, height) * width + reflected(x - left, width);
    return inside(y - top, height) && inside(x - left, width) ? (y - top) * width + x - left : -1;
  };
  return rearranged(picture, height + top + bottom, width + left + right, source, by === "reflect" ? 0 : by);
}
