import { drawOutOfRange, otherPairs, resamplesOutOfRange, valueNotFinite } from "./errors.js";

/** How two measurements of the same units go together, or the reason why nothing is said. */
export type Correlation =
  | {
      readonly n: number;
      /** Spearman's rank correlation, −1 to 1. */
      readonly rho: number;
      /** Two-sided, of rho, in (0, 1]. */
      readonly p: number;
      /** Over how many permutations p is counted, and whether these are all that there are. */
      readonly permutations: number;
      readonly method: "all permutations" | "random permutations";
      /** Pearson's correlation, −1 to 1. */
      readonly r: number;
    }
  | { readonly n: number; readonly rho: null; readonly p: null; readonly r: null; readonly reason: string };

export interface CorrelationOptions {
  /** Makes the stream of a key, numbers in [0, 1): `random` of `@segdistill/core/random`. */
  readonly draw: (key: string) => { readonly next: () => number };
  /** Says which random numbers: the same key, the same p. */
  readonly key: string;
  /** Random permutations where there are too many to go through; 99,999 if left out. */
  readonly resamples?: number;
}

/** Units up to which all n! permutations are gone through (362,880 for 9). [ours] */
const allUpTo = 9;

/**
 * Spearman's rank correlation of two measurements with the p-value of a permutation test, and Pearson's beside it.
 * `r = Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)² Σ (y − ȳ)²)`; rho is r of the ranks, ties share their mean rank. p: the share of the orders of y of which rho lies at least as far
 * from 0: of all n! up to 9 units; above, of `resamples` m random ones and the one found, `(count + 1) / (m + 1)`. It takes units as exchangeable under the null.
 *
 * @param x, y finite numbers in any unit, of the same units in the same order
 * Fewer than 3 units, or one value alone on a side: null with the reason. Throws metrics-pairs, metrics-value, metrics-resamples, metrics-draw.
 * Source: Spearman, American Journal of Psychology 15 (1904) 72-101; as `scipy.stats.spearmanr` and `pearsonr` [code]; the bound of 9 and the number of resamples are ours;
 * Phipson & Smyth, Statistical Applications in Genetics and Molecular Biology 9 (2010), article 39 (count + 1).
 *
 * @example
 * correlation([1, 2, 3], [5, 9, 30], { draw: random, key: "0" }); // rho 1, p 2/6
 */
export function correlation(
  x: readonly number[],
  y: readonly number[],
  { draw, key, resamples = 99_999 }: CorrelationOptions,
): Correlation {
  const n = x.length;
  if (y.length !== n) throw otherPairs(n, y.length);
  if (!Number.isInteger(resamples) || resamples < 1) throw resamplesOutOfRange(resamples);
  for (const [name, values] of Object.entries({ x, y }))
    values.forEach((value, i) => {
      if (!Number.isFinite(value)) throw valueNotFinite(name, String(i + 1), value);
    });
  const none = (reason: string): Correlation => ({ n, rho: null, p: null, r: null, reason });
  if (n < 3)
    return none(`${n === 0 ? "there is no pair" : n === 1 ? "there is one pair" : "there are two pairs"}: fewer than 3 say nothing`);
  for (const [side, values] of [["x", x], ["y", y]] as const) // prettier-ignore
    if (values.every((value) => value === values[0])) return none(`all values of ${side} are equal`);
  const [a, b] = [centredRanks(x), centredRanks(y)];
  const found = product(a, b);
  const far = Math.abs(found);
  const all = n <= allUpTo;
  const counted = all ? countAll(a, b, far) : countRandom(a, b, far, resamples, draw(key).next);
  const permutations = all ? factorial(n) : resamples;
  return {
    ...{ n, rho: found / Math.sqrt(product(a, a) * product(b, b)) },
    p: all ? counted / permutations : (counted + 1) / (permutations + 1),
    ...{ permutations, method: all ? "all permutations" : "random permutations" },
    r: pearson(x, y),
  };
}

const product = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** Twice the ranks less their mean: whole numbers with ties too, so that sums of products are exact and equal ones count as equal. */
const centredRanks = (values: readonly number[]): readonly number[] =>
  values.map((value) => values.reduce((sum, other) => sum + (other < value ? 1 : other > value ? -1 : 0), 0));

const pearson = (x: readonly number[], y: readonly number[]): number => {
  const [a, b] = [x, y].map((values) => {
    const shifted = values.map((value) => value - values[0]!); // far from 0 their own mean would cost digits
    const size = Math.max(...shifted.map(Math.abs)); // not 0: the values differ
    const mean = shifted.reduce((sum, value) => sum + value / size, 0) / values.length;
    return shifted.map((value) => value / size - mean);
  });
  return Math.max(-1, Math.min(1, product(a!, b!) / Math.sqrt(product(a!, a!) * product(b!, b!))));
};

/** How many orders of b have a product with a at least so far from 0. */
const countAll = (a: readonly number[], b: readonly number[], far: number): number => {
  const rest = [...b];
  const from = (i: number, sum: number): number => {
    if (i === a.length) return Math.abs(sum) >= far ? 1 : 0;
    let count = 0;
    for (let j = i; j < rest.length; j++) {
      [rest[i], rest[j]] = [rest[j]!, rest[i]!];
      count += from(i + 1, sum + a[i]! * rest[i]);
      [rest[i], rest[j]] = [rest[j]!, rest[i]];
    }
    return count;
  };
  return from(0, 0);
};

/** The same over so many random orders (Fisher-Yates). */
const countRandom = (a: readonly number[], b: readonly number[], far: number, resamples: number, next: () => number): number => {
  const order = [...b];
  let count = 0;
  for (let m = 0; m < resamples; m++) {
    for (let i = order.length - 1; i > 0; i--) {
      const u = next();
      if (!(u >= 0 && u < 1)) throw drawOutOfRange(u);
      const j = Math.floor(u * (i + 1));
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    if (Math.abs(product(a, order)) >= far) count++;
  }
  return count;
};
