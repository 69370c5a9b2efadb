/** An interval around a distance, for the distance that sets of these sizes give on average. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
  /** Mean of the resampled distances less the distance: how much more distance appears from drawing rows at all. */
  readonly bias: number;
  /** What is drawn with replacement. */
  readonly units: "rows" | "groups";
  /** `pairs`: row i of both sets is of one picture, and both are drawn together. */
  readonly draws: "pairs" | "each set by itself";
}

/** Numbers in [0, 1) from a 32-bit seed (Mulberry32, public domain). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The rows of each unit: of each group, in order of first appearance, or each row alone. */
export function unitsOf(rows: number, groups: readonly string[] | undefined): readonly (readonly number[])[] {
  const units = new Map<string | number, number[]>();
  for (let row = 0; row < rows; row++) {
    const key = groups?.[row] ?? row;
    units.set(key, [...(units.get(key) ?? []), row]);
  }
  return [...units.values()];
}

/** Quantile of sorted numbers with linear interpolation (type 7, numpy's default). */
function quantile(ascending: Float64Array, q: number): number {
  const h = (ascending.length - 1) * q;
  const at = Math.floor(h);
  const low = ascending[at]!;
  return low + (h - at) * (ascending[Math.min(at + 1, ascending.length - 1)]! - low);
}

/**
 * Bootstrap interval of a distance of two sets: each resample draws as many units as there are, with replacement, and keeps all rows of a drawn unit.
 * `[value + q_low − m, value + q_high − m]`, at least 0; q the percentiles (1 ∓ level)/2 of the resampled distances, m their mean.
 *
 * Why not the percentiles themselves: a distance of few rows is too large, and resamples, which hold fewer different rows, are too large once more: in simulations
 * (fixtures/coverage.py) their percentiles lie above the distance and hold neither the true one nor the mean over repetitions.
 *
 * @param y null: row i of both sets belongs together, and the units of `x` are drawn for both
 * @param distance of the rows with these numbers
 * Source: ours; Davison, Hinkley, "Bootstrap Methods and their Application" (1997), chapter 5, for the parts.
 */
export function bootstrap(
  value: number,
  x: readonly (readonly number[])[],
  y: readonly (readonly number[])[] | null,
  distance: (x: readonly number[], y: readonly number[]) => number,
  { level, resamples, seed }: { readonly level: number; readonly resamples: number; readonly seed: number },
): Pick<Interval, "low" | "high" | "bias"> {
  const next = numbers(seed);
  const drawn = (units: readonly (readonly number[])[]): number[] => units.flatMap(() => units[Math.floor(next() * units.length)]!);
  const distances = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    const rows = drawn(x);
    distances[r] = distance(rows, y === null ? rows : drawn(y));
  }
  distances.sort();
  const bias = distances.reduce((sum, one) => sum + one / resamples, 0) - value;
  const bound = (q: number): number => Math.max(0, quantile(distances, q) - bias);
  return { low: bound((1 - level) / 2), high: bound((1 + level) / 2), bias };
}
