import type { Raster } from "@segdistill/core/contract";
import { channel } from "../raster/channel.js";

const side = 64;
/** The window of the high pass has 37 pixels a side. The smallest at which malignant (3)-(9) of BUSI, one lesion, are all joined with some room; the most alike of the other pairs there reach 0.53. [ours] */
const radius = 18;

/** Sums of values over boxes of any place and size, fractions of pixels included. */
function boxes(
  values: ArrayLike<number>,
  height: number,
  width: number,
): (top: number, bottom: number, left: number, right: number) => number {
  const stride = width + 1;
  const table = new Float64Array((height + 1) * stride);
  for (let y = 0; y < height; y++)
    for (let x = 0, row = 0; x < width; x++) {
      row += values[y * width + x]!;
      table[(y + 1) * stride + x + 1] = table[y * stride + x + 1]! + row;
    }
  // The table is exact at whole places and linear in between.
  const upTo = (y: number, x: number): number => {
    const [i, j] = [Math.min(Math.floor(y), height - 1), Math.min(Math.floor(x), width - 1)];
    const [v, u, at] = [y - i, x - j, i * stride + j];
    return (1 - v) * ((1 - u) * table[at]! + u * table[at + 1]!) + v * ((1 - u) * table[at + stride]! + u * table[at + stride + 1]!);
  };
  return (top, bottom, left, right) => upTo(bottom, right) - upTo(top, right) - upTo(bottom, left) + upTo(top, left);
}

/**
 * What two pictures are compared by: grey, reduced by area to 64×64, less its mean over 37×37 pixels (over the part of the window that lies inside), less the mean, of length 1.
 * The sum of products of two is the correlation. datasets.md 2.17; the window is our choice
 *
 * @param picture `[h, w, 1 | 3]`
 * @returns 4096 numbers; all 0 for a picture of one grey level
 */
export function likeness(picture: Raster): Float64Array {
  const { height, width, data } = channel(picture, "grey");
  const whole = boxes(data, height, width);
  const small = Float64Array.from({ length: side * side }, (_, i) => {
    const [y, x] = [Math.floor(i / side), i % side];
    const area = (height / side) * (width / side);
    return whole((y * height) / side, ((y + 1) * height) / side, (x * width) / side, ((x + 1) * width) / side) / area;
  });
  const around = boxes(small, side, side);
  const high = small.map((value, i) => {
    const window = (at: number): [number, number] => [Math.max(0, at - radius), Math.min(side, at + radius + 1)];
    const [[top, bottom], [left, right]] = [window(Math.floor(i / side)), window(i % side)];
    return value - around(top, bottom, left, right) / ((bottom - top) * (right - left));
  });
  const mean = high.reduce((a, b) => a + b, 0) / high.length;
  const length = Math.sqrt(high.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  // Rounding leaves about 1e-10 of a flat picture.
  return high.map((value) => (length < 1e-6 ? 0 : (value - mean) / length));
}

/**
 * Joins pictures whose {@link likeness} correlates by more than 0.6, and what these are joined with. datasets.md 2.17 [ours]
 *
 * @param pictures ids in natural order, each with how it is read; they are read one after the other
 * @returns the group of every id: the first id in it
 */
export async function nearDuplicates(
  pictures: readonly { readonly id: string; readonly read: () => Promise<Raster> }[],
): Promise<ReadonlyMap<string, string>> {
  const first = pictures.map((_, i) => i);
  const root = (i: number): number => (first[i] === i ? i : root(first[i]!));
  const seen: Float64Array[] = [];
  for (const [i, { read }] of pictures.entries()) {
    const one = likeness(await read());
    for (const [j, other] of seen.entries()) {
      let product = 0;
      for (let k = 0; k < one.length; k++) product += one[k]! * other[k]!;
      if (product <= 0.6) continue;
      const [a, b] = [root(i), root(j)];
      first[Math.max(a, b)] = Math.min(a, b);
    }
    seen.push(one);
  }
  return new Map(pictures.map(({ id }, i) => [id, pictures[root(i)]!.id]));
}
