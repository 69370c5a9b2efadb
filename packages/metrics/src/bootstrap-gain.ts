import { cautions } from "./cautions.js";
import { drawOutOfRange, levelOutOfRange, resamplesOutOfRange } from "./errors.js";
import { pairedDifferences, type Differences, type Sides } from "./paired-differences.js";
import { quantile } from "./quantile.js";
import { wilcoxon, type SignedRank } from "./wilcoxon.js";

/** What is compared, and with which random numbers. */
export interface GainOptions extends Sides {
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
  /** Cases with a value on both sides in every seed. */
  readonly n: number;
  /** Groups that those cases form. */
  readonly groups: number;
  readonly seeds: number;
  /** Cases left out because a side is null in a seed. */
  readonly nulls: number;
  readonly method: "bootstrap over groups" | "bootstrap over seeds and groups";
  /** Wilcoxon's test over the groups: the mean difference of each, over its cases and the seeds. It speaks of these seeds alone. */
  readonly test: SignedRank;
  /** Why the numbers are to be read with care: {@link cautions}. */
  readonly cautions: readonly string[];
}

/** A difference with its interval, or the reason why there is none: with model, against, domain and metric added, a row of `gains` in results.json. */
export type Gain =
  | (Common & { readonly mean: number; readonly low: number; readonly high: number })
  | (Common & { readonly mean: number | null; readonly low: null; readonly high: null; readonly reason: string });

/** A mean below this is the rounding of numbers that cancel: no difference. Metrics are far coarser. */
const rounding = 1e-12;

const total = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0);

/** Sums of the differences by seed and group, sizes by group; groups sorted by name. */
const grouped = ({ seeds, cases }: Differences) => {
  const groups = new Map<string, (readonly number[])[]>();
  for (const { group, bySeed } of cases) groups.set(group, [...(groups.get(group) ?? []), bySeed]);
  const members = [...groups.keys()].sort().map((name) => groups.get(name)!);
  const sums = Array.from({ length: seeds }, (_, s) => members.map((rows) => total(rows.map((bySeed) => bySeed[s]!))));
  return { sums, sizes: members.map((rows) => rows.length) };
};

/**
 * Paired difference of a model to what it is compared with: mean, percentile bootstrap interval over seeds and groups, Wilcoxon's test over groups.
 * `d_cs = model_cs − against_cs` for case c and seed s, `mean = Σ d_cs / (n S)`. In each resample S of the S seeds and G of the G groups are drawn with
 * replacement, apart from one another; all cases of a drawn group are kept, and the mean is taken over drawn seeds and cases; `low` and `high` are the quantiles
 * (1 ∓ level)/2 of those means (linear interpolation). With one seed only groups are drawn. A positive difference is in the metric's own unit, whichever way is better.
 *
 * Why so: every seed is measured on the same patients, so seeds and groups cross and groups are drawn once for all seeds: drawn anew within each seed they would
 * average out as if there were S times as many patients. Cases within a drawn group are kept whole: the group's mean carries their spread already, drawing them again would count it twice.
 * Crossed drawing errs to the wide side (it counts what is neither seed nor group more than once); few seeds or groups err to the narrow side, and then `cautions` says so.
 *
 * Fewer than two groups: no interval, with the reason; the mean is given where there is a case.
 * Throws where the sides cannot be paired ({@link pairedDifferences}), or level, resamples or a drawn number are out of range.
 * Source: interfaces.md 5; Efron & Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13; Owen, Annals of Applied Statistics 1 (2007) 386-411 (crossed factors);
 * Davison & Hinkley, "Bootstrap Methods and their Application" (1997), 3.8 (draw the highest level, keep what is below); the defaults are ours.
 */
export function bootstrapGain({ model, against, draw, key, level = 0.95, resamples = 10_000 }: GainOptions): Gain {
  if (!(level > 0 && level < 1)) throw levelOutOfRange(level);
  if (!Number.isInteger(resamples) || resamples < 1) throw resamplesOutOfRange(resamples);
  const differences = pairedDifferences({ model, against });
  const { seeds, nulls } = differences;
  const { sums, sizes } = grouped(differences);
  const groups = sizes.length;
  const n = total(sizes);
  const method = seeds === 1 ? "bootstrap over groups" : "bootstrap over seeds and groups";
  const ofGroups = sizes.map((size, g) => total(sums.map((row) => row[g]!)) / (size * seeds));
  const test = wilcoxon(ofGroups.map((d) => (Math.abs(d) < rounding ? 0 : d)));
  const common = { level, n, groups, seeds, nulls, method, test, cautions: cautions({ seeds, groups }) } as const;
  if (n === 0) return { mean: null, low: null, high: null, ...common, reason: "no case has a value on both sides" };
  const mean = total(sums.map(total)) / (n * seeds);
  if (groups < 2) return { mean, low: null, high: null, ...common, reason: "one group says nothing about the spread between groups" };

  const { next } = draw(`${method}/${key}`);
  const below = (count: number): number => {
    const number = next();
    if (!(number >= 0 && number < 1)) throw drawOutOfRange(number);
    return Math.floor(number * count);
  };
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    const drawnSeeds = sums.map(() => (seeds === 1 ? 0 : below(seeds)));
    let sum = 0;
    let size = 0;
    for (let g = 0; g < groups; g++) {
      const group = below(groups);
      for (const seed of drawnSeeds) sum += sums[seed]![group]!;
      size += sizes[group]!;
    }
    means[r] = sum / (size * seeds);
  }
  means.sort();
  return { mean, low: quantile(means, (1 - level) / 2), high: quantile(means, (1 + level) / 2), ...common };
}
