/** A square of a picture, in pixels. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly size: number;
}

/**
 * The square that holds the most marked pixels: where a closer look pays.
 *
 * masks: each `[H, W]` of 0 and 1, row-major; their marks are added. Side = min(H, W, max(48, a quarter of the shorter side)), tried at every
 * eighth of it. Of equal squares the first from the top left. Source: our choice.
 */
export const detailWindow = (masks: readonly Uint8Array[], height: number, width: number): Window => {
  const shorter = Math.min(height, width);
  const size = Math.min(shorter, Math.max(48, Math.round(shorter / 4)));
  const stride = Math.max(1, Math.floor(size / 8));
  const sums = summed(masks, height, width);
  const at = (y: number, x: number): number => sums[y * (width + 1) + x]!;
  let best = { top: 0, left: 0, size };
  let most = -1;
  for (let top = 0; top + size <= height; top += stride)
    for (let left = 0; left + size <= width; left += stride) {
      const marks = at(top + size, left + size) - at(top, left + size) - at(top + size, left) + at(top, left);
      if (marks > most) [most, best] = [marks, { top, left, size }];
    }
  return best;
};

/** Sums of all marks above and to the left, `[H + 1, W + 1]`. */
const summed = (masks: readonly Uint8Array[], height: number, width: number): Float64Array => {
  const sums = new Float64Array((height + 1) * (width + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      for (const mask of masks) row += mask[y * width + x]!;
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1]! + row;
    }
  }
  return sums;
};
