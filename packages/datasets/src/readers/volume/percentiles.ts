import type { Voxels } from "./itk.js";

const bins = 65536;

/** How often values occur: `counts[b]` voxels lie nearest to `low + b · step`. */
export interface Histogram {
  readonly low: number;
  readonly step: number;
  readonly counts: Uint32Array;
}

/** A histogram of 65,536 equal steps between the least and the greatest value; integers of a range below that fall on whole steps. Voxels that are no number are left out. */
export function histogramOf(voxels: Voxels): Histogram {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < voxels.length; i++) {
    const value = voxels[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const isWhole = !(voxels instanceof Float32Array || voxels instanceof Float64Array);
  const step = isWhole && high - low < bins ? 1 : Math.max((high - low) / (bins - 1), Number.MIN_VALUE);
  const counts = new Uint32Array(bins);
  for (let i = 0; i < voxels.length; i++) {
    const value = voxels[i]!;
    if (value === value) counts[Math.round((value - low) / step)]!++;
  }
  return { low, step, counts };
}

/**
 * The value below which so many percent of the voxels lie: the k-th smallest of n, k = round(p / 100 · (n − 1)), without interpolation. Exact for integers of 16 bits, else to half a step. [ours]
 */
export function percentileOf({ low, step, counts }: Histogram): (percent: number) => number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return (percent) => {
    let left = Math.round((percent / 100) * (total - 1)) + 1;
    for (let bin = 0; bin < bins; bin++) {
      left -= counts[bin]!;
      if (left <= 0) return low + bin * step;
    }
    return NaN;
  };
}
