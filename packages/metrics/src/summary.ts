import type { Score } from "./score.js";

/** What several pictures say together. */
export interface Summary {
  /** Arithmetic mean of the values that exist. */
  readonly mean: Score;
  /** Sample standard deviation. */
  readonly sd: Score;
  /** How many values exist. */
  readonly n: number;
  /** How many were null: left out of mean and sd. */
  readonly nulls: number;
}

/**
 * Mean, sample standard deviation and number of the values of several pictures.
 * `mean = Σ v / n`, `sd = √( Σ (v − mean)² / (n − 1) )`; nulls are left out and counted. Mean null for n = 0, sd null for n < 2.
 * Source: methods.md 1.5 (left out of means and counted) [ours].
 *
 * @example
 * summarise([0.5, null, 0.7]); // { mean: { value: 0.6 }, sd: { value: 0.1414… }, n: 2, nulls: 1 }
 */
export function summarise(values: readonly (number | null)[]): Summary {
  const known = values.filter((value) => value !== null);
  const n = known.length;
  const nulls = values.length - n;
  if (n === 0) {
    const reason = nulls === 0 ? "no pictures" : `no value could be computed (${nulls} null)`;
    return { mean: { value: null, reason }, sd: { value: null, reason }, n, nulls };
  }
  const mean = known.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean: { value: mean }, sd: { value: null, reason: "one value has no spread" }, n, nulls };
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean: { value: mean }, sd: { value: Math.sqrt(squares / (n - 1)) }, n, nulls };
}
