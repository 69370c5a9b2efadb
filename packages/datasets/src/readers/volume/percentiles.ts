import type { Voxels } from "./itk.js";

const bins = 65536;

/**
 * The value below which so many percent of the voxels lie, over a whole volume; found once, when first asked for.
 *
 * By a histogram of 65,536 equal steps between the least and the greatest value: exact for integers of 16 bits, else to one step. Voxels that are no number are left out.
 * The k-th smallest of n, k = round(p / 100 · (n − 1)), without interpolation. [ours]
 */
export function percentiles(voxels: Voxels): (percent: number) => number {
  let found: { readonly low: number; readonly step: number; readonly counts: Uint32Array; readonly total: number } | undefined;
  const counted = (): NonNullable<typeof found> => {
    let [low, high] = [Infinity, -Infinity];
    for (const value of voxels) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const isWhole = !(voxels instanceof Float32Array || voxels instanceof Float64Array);
    const step = isWhole && high - low < bins ? 1 : Math.max((high - low) / (bins - 1), Number.MIN_VALUE);
    const counts = new Uint32Array(bins);
    let total = 0;
    for (const value of voxels)
      if (!Number.isNaN(value)) {
        counts[Math.round((value - low) / step)]!++;
        total++;
      }
    return { low, step, counts, total };
  };
  return (percent) => {
    found ??= counted();
    const { low, step, counts, total } = found;
    let left = Math.round((percent / 100) * (total - 1)) + 1;
    for (let bin = 0; bin < bins; bin++) {
      left -= counts[bin]!;
      if (left <= 0) return low + bin * step;
    }
    return NaN;
  };
}
