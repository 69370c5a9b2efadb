import { byCase, type CaseValue } from "./case-values.js";
import { caseMissing, drawOutOfRange, levelOutOfRange, otherGroup, resamplesOutOfRange } from "./errors.js";
import { quantile } from "./quantile.js";

/** What is compared, and with which random numbers. */
export interface GainOptions {
  /** One row a case; average over seeds first. */
  readonly distilled: readonly CaseValue[];
  /** The same cases, in any order. */
  readonly baseline: readonly CaseValue[];
  /** Makes the stream of a key, numbers in [0, 1): `random` of `@segdistill/core/random`. */
  readonly draw: (key: string) => { readonly next: () => number };
  /** Says which random numbers: the same key, the same interval. Such as `${seed}/gain/stare/dice`. */
  readonly key: string;
  /** 0.95 if left out. */
  readonly level?: number;
  /** 10,000 if left out. */
  readonly resamples?: number;
}

interface Common {
  readonly level: number;
  /** Cases with a value on both sides. */
  readonly n: number;
  /** Groups that those cases form. */
  readonly groups: number;
  /** Cases left out because one side is null. */
  readonly nulls: number;
  readonly method: "bootstrap over groups";
}

/** A gain with its interval, or the reason why there is none: with model, against, domain and metric added, a row of `gains` in results.json. */
export type Gain =
  | (Common & { readonly mean: number; readonly low: number; readonly high: number })
  | (Common & { readonly mean: number | null; readonly low: null; readonly high: null; readonly reason: string });

const differences = (distilled: readonly CaseValue[], baseline: readonly CaseValue[]) => {
  const d = byCase(distilled, "distilled");
  const b = byCase(baseline, "baseline");
  for (const id of b.keys()) if (!d.has(id)) throw caseMissing("distilled", id, "baseline");
  const groups = new Map<string, number[]>();
  let nulls = 0;
  // Sorted by id, so that neither sums nor draws depend on the order of the rows.
  const ids = [...d.keys()].sort();
  for (const id of ids) {
    const ours = d.get(id)!;
    const theirs = b.get(id);
    if (theirs === undefined) throw caseMissing("baseline", id, "distilled");
    if (ours.group !== theirs.group) throw otherGroup(id, "distilled", ours.group, "baseline", theirs.group);
    if (ours.value === null || theirs.value === null) nulls++;
    else {
      const group = groups.get(ours.group) ?? [];
      group.push(ours.value - theirs.value);
      groups.set(ours.group, group);
    }
  }
  const names = [...groups.keys()].sort();
  const sums = names.map((name) => groups.get(name)!.reduce((sum, x) => sum + x, 0));
  const sizes = names.map((name) => groups.get(name)!.length);
  return { sums, sizes, nulls };
};

const total = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0);

/**
 * Paired gain of the distilled model over the baseline, with a percentile bootstrap interval over groups.
 * `d_c = distilled_c − baseline_c`, `mean = Σ d_c / n`; in each resample G of the G groups are drawn with replacement, all cases of a drawn group are
 * kept, and the mean is taken over the cases that are there; `low` and `high` are the quantiles (1 ∓ level)/2 of those means (linear interpolation).
 * A positive gain is in the metric's own unit, whichever way is better.
 *
 * Cases that are null on one side are left out and counted. Fewer than two groups: no interval, with the reason; the mean is given where there is a case.
 * Throws where the sides hold different cases or groups, a case stands twice, a value is not finite, or level, resamples or a drawn number are out of range.
 * Source: interfaces.md 5; Efron & Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13; groups as units and the defaults are ours.
 */
export function bootstrapGain({ distilled, baseline, draw, key, level = 0.95, resamples = 10_000 }: GainOptions): Gain {
  if (!(level > 0 && level < 1)) throw levelOutOfRange(level);
  if (!Number.isInteger(resamples) || resamples < 1) throw resamplesOutOfRange(resamples);
  const { sums, sizes, nulls } = differences(distilled, baseline);
  const groups = sums.length;
  const n = total(sizes);
  const common = { level, n, groups, nulls, method: "bootstrap over groups" } as const;
  if (n === 0) return { mean: null, low: null, high: null, ...common, reason: "no case has a value on both sides" };
  const mean = total(sums) / n;
  if (groups < 2) return { mean, low: null, high: null, ...common, reason: "one group says nothing about the spread between groups" };

  const { next } = draw(`bootstrap over groups/${key}`);
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    let size = 0;
    for (let g = 0; g < groups; g++) {
      const number = next();
      if (!(number >= 0 && number < 1)) throw drawOutOfRange(number);
      const drawn = Math.floor(number * groups);
      sum += sums[drawn]!;
      size += sizes[drawn]!;
    }
    means[r] = sum / size;
  }
  means.sort();
  return { mean, low: quantile(means, (1 - level) / 2), high: quantile(means, (1 + level) / 2), ...common };
}
