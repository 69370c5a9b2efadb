import type { Mask, Raster } from "@segdistill/core/contract";
import { brightest } from "./channel.js";
import type { Box } from "./rearrange.js";

/** For every pixel of a line of `n`: whether `want` of the 2 · radius + 1 pixels around it are set; beyond the line nothing is. */
function slide(data: Uint8Array, start: number, step: number, n: number, radius: number, want: number, out: Uint8Array): void {
  let sum = 0;
  for (let i = 0; i < Math.min(radius, n); i++) sum += data[start + i * step]!;
  for (let i = 0; i < n; i++) {
    if (i + radius < n) sum += data[start + (i + radius) * step]!;
    if (i - radius - 1 >= 0) sum -= data[start + (i - radius - 1) * step]!;
    out[start + i * step] = sum >= want ? 1 : 0;
  }
}

/** Erosion (`want` = side) or dilation (`want` = 1) by a square of 2 · radius + 1; outside the picture nothing is set. */
function square(mask: Mask, radius: number, want: number): Mask {
  const { height, width } = mask;
  const across = new Uint8Array(height * width);
  const data = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) slide(mask.data, y * width, 1, width, radius, want, across);
  for (let x = 0; x < width; x++) slide(across, x, width, height, radius, want, data);
  return { height, width, data };
}

/** Opening: erosion, then dilation, by a square of 2 · radius + 1 pixels a side; outside the picture counts as 0. */
export const opened = (mask: Mask, radius: number): Mask => square(square(mask, radius, 2 * radius + 1), radius, 1);

/** Sets `mark` on all pixels 4-connected to `seed` that hold what `seed` holds; returns how many. */
function flood(data: Uint8Array, height: number, width: number, seed: number, mark: number, stack: Int32Array): number {
  const value = data[seed]!;
  let depth = 0;
  let count = 1;
  data[seed] = mark;
  stack[depth++] = seed;
  const visit = (i: number): void => {
    if (data[i] !== value) return;
    data[i] = mark;
    stack[depth++] = i;
    count++;
  };
  while (depth > 0) {
    const i = stack[--depth]!;
    const x = i % width;
    if (x > 0) visit(i - 1);
    if (x < width - 1) visit(i + 1);
    if (i >= width) visit(i - width);
    if (i < (height - 1) * width) visit(i + width);
  }
  return count;
}

/** The largest 4-connected component of a mask of 0 and 1; of equal ones the first in row-major order; nothing where nothing is set. */
export function largestComponent(mask: Mask): Mask {
  const { height, width } = mask;
  const data = Uint8Array.from(mask.data);
  const stack = new Int32Array(height * width);
  let most = 0;
  let seed = -1;
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== 1) continue;
    const count = flood(data, height, width, i, 2, stack);
    if (count > most) [most, seed] = [count, i];
  }
  if (seed >= 0) flood(data, height, width, seed, 3, stack);
  for (let i = 0; i < data.length; i++) data[i] = data[i] === 3 ? 1 : 0;
  return { height, width, data };
}

/** A mask of 0 and 1 with every 0 set that has no 4-connected way to the picture's edge. */
export function filled(mask: Mask): Mask {
  const { height, width } = mask;
  const data = Uint8Array.from(mask.data);
  const stack = new Int32Array(height * width);
  const from = (i: number): void => {
    if (data[i] === 0) flood(data, height, width, i, 2, stack);
  };
  for (let x = 0; x < width; x++) {
    from(x);
    from((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    from(y * width);
    from(y * width + width - 1);
  }
  for (let i = 0; i < data.length; i++) data[i] = data[i] === 2 ? 0 : 1;
  return { height, width, data };
}

/**
 * The field of view of a retinal picture: the largest 4-connected component of max(R, G, B) > threshold after opening by 2 pixels (a square of 5), holes filled. [ours] datasets.md 2.2, 2.3
 *
 * @param image `[h, w, 1 | 3 | 4]`
 * @param threshold in the picture's own units: 40 for STARE, 15 for CHASE_DB1
 * @returns 1 inside; all 0 where no part of the picture is bright enough
 */
export function fieldOfView(image: Raster, threshold: number): Mask {
  const { height, width, data } = brightest(image);
  const bright = new Uint8Array(height * width);
  for (let i = 0; i < bright.length; i++) bright[i] = data[i]! > threshold ? 1 : 0;
  return filled(largestComponent(opened({ height, width, data: bright }, 2)));
}

/** The smallest box around what a mask has set (anything but 0); null where nothing is set. Its `width` is what `fieldOfViewWidth` goes by. */
export function boundingBox(mask: Mask): Box | null {
  const { height, width, data } = mask;
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (data[i] === 0) continue;
      top = Math.min(top, y);
      bottom = y;
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
  }
  return bottom < 0 ? null : { top, left, height: bottom - top + 1, width: right - left + 1 };
}
