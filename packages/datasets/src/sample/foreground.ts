import type { Mask } from "@segdistill/core/contract";
import { random } from "@segdistill/core/random";
import type { Warp } from "./warp.js";

/** Row-major indices of a picture's foreground pixels that count, one list for each class that it has. */
export type Foreground = readonly Int32Array[];

/** Where a picture has foreground: label 1 … classes − 1 and valid. */
export function foregroundOf({ data }: Mask, valid: Mask, classes: number): Foreground {
  const counts = new Int32Array(classes);
  const counted = (i: number): boolean => data[i]! > 0 && data[i]! < classes && valid.data[i] === 1;
  for (let i = 0; i < data.length; i++) if (counted(i)) counts[data[i]!]!++;
  const lists = Array.from(counts, (count) => new Int32Array(count));
  for (let i = data.length - 1; i >= 0; i--) if (counted(i)) lists[data[i]!]![--counts[data[i]!]!] = i;
  return lists.filter((list) => list.length > 0);
}

/** A pixel of the picture, and where in the patch it is to lie. */
export interface Wanted {
  readonly pixel: number;
  readonly row: number;
  readonly column: number;
}

/**
 * The foreground pixel that the patch of a key is to hold: with probability `share` one of a class that the picture has, every class and in it every pixel
 * equally likely, in the middle half of the patch. Undefined otherwise, and where the picture has no foreground.
 */
export function wanted(key: string, share: number, places: Foreground, [height, width]: readonly [number, number]): Wanted | undefined {
  if (share === 0 || places.length === 0) return undefined;
  const { next, below } = random(`${key}/foreground`);
  if (next() >= share) return undefined;
  const list = places[below(places.length)]!;
  const pixel = list[below(list.length)]!;
  return { pixel, row: Math.floor(height / 4) + below(Math.ceil(height / 2)), column: Math.floor(width / 4) + below(Math.ceil(width / 2)) };
}

/** The centre of a warped patch for which the wanted pixel of a picture `columns` wide lies exactly where it is wanted. */
export function centreFor(
  { pixel, row, column }: Wanted,
  columns: number,
  [height, width]: readonly [number, number],
  { matrix, shift }: Omit<Warp, "centre">,
): readonly [number, number] {
  const [rows, across] = [new Float64Array(width), new Float64Array(width)];
  shift?.(row, rows, across);
  const p = row + 0.5 - height / 2 + rows[column]!;
  const q = column + 0.5 - width / 2 + across[column]!;
  return [Math.floor(pixel / columns) + 0.5 - (matrix[0] * p + matrix[1] * q), (pixel % columns) + 0.5 - (matrix[2] * p + matrix[3] * q)];
}
