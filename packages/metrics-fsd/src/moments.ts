import { otherWidth } from "./errors.js";
import { checkRows, widthOf, type Latents } from "./latents.js";

/** What a Fréchet distance needs to know of a set, however many rows it has. */
export interface Moments {
  /** Number of rows. */
  readonly n: number;
  /** [d] */
  readonly mean: Float64Array;
  /** Σ (x − mean)(x − mean)ᵀ, [d, d] row-major; the unbiased covariance is this over n − 1. */
  readonly scatter: Float64Array;
}

export interface MomentStream {
  /** Takes rows in, of any number; they are not kept. Batches of some dozens are faster than single rows. */
  readonly add: (rows: Latents) => void;
  /** The moments of all rows so far, as a copy. */
  readonly moments: () => Moments;
}

/** Rows that are centred at once: few enough for a processor's cache, many enough to spare passes over the scatter. */
const chunk = 64;

/** Adds k rows of mean `other` to n rows: scatter += n k / (n + k) δ δᵀ (upper triangle), mean += k / (n + k) δ, δ = other − mean. */
function join(n: number, mean: Float64Array, scatter: Float64Array, k: number, other: Float64Array): void {
  const d = mean.length;
  const delta = other.map((value, i) => value - mean[i]!);
  const share = (n * k) / (n + k);
  for (let i = 0; i < d; i++) {
    const scaled = share * delta[i]!;
    if (scaled !== 0) for (let j = i; j < d; j++) scatter[i * d + j]! += scaled * delta[j]!;
    mean[i]! += (k / (n + k)) * delta[i]!;
  }
}

/** Copies the upper triangle to the lower one. */
function mirrored(scatter: Float64Array, d: number): Float64Array {
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) scatter[i * d + j] = scatter[j * d + i]!;
  return scatter;
}

/**
 * Mean and scatter of rows that come one batch after another; memory d² + 64 d numbers, whatever their count.
 * Each batch by two passes, batches joined by {@link mergedMoments}'s formula, all in double precision.
 *
 * @param width d
 * @throws add: a row of another length, a number that is not finite (then nothing of that batch is taken in)
 * Source: Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979); Welford (1962) for batches of one row.
 */
export function streamMoments(width: number): MomentStream {
  const d = width;
  const mean = new Float64Array(d);
  const scatter = new Float64Array(d * d);
  const centred = new Float64Array(chunk * d);
  let n = 0;
  const take = (rows: Latents, from: number, count: number): void => {
    const its = new Float64Array(d);
    for (let r = 0; r < count; r++) for (let i = 0; i < d; i++) its[i]! += rows[from + r]![i]! / count;
    for (let r = 0; r < count; r++) for (let i = 0; i < d; i++) centred[r * d + i] = rows[from + r]![i]! - its[i]!;
    for (let i = 0; i < d; i++)
      for (let r = 0; r < count; r++) {
        const value = centred[r * d + i]!;
        if (value !== 0) for (let j = i; j < d; j++) scatter[i * d + j]! += value * centred[r * d + j]!;
      }
    join(n, mean, scatter, count, its);
    n += count;
  };
  return {
    add: (rows) => {
      checkRows("stream", rows, d);
      for (let from = 0; from < rows.length; from += chunk) take(rows, from, Math.min(chunk, rows.length - from));
    },
    moments: () => ({ n, mean: mean.slice(), scatter: mirrored(scatter.slice(), d) }),
  };
}

/** The moments of a set of at least two rows. @throws {@link widthOf}; `who` stands in its messages */
export function momentsOf(rows: Latents, who = "set"): Moments {
  const stream = streamMoments(widthOf(who, rows));
  stream.add(rows);
  return stream.moments();
}

/**
 * The moments of two sets together, from those of each; the order matters only in rounding.
 * `n = a + b`, `mean = mean_a + b/n δ`, `scatter = scatter_a + scatter_b + a b / n δ δᵀ`, `δ = mean_b − mean_a`.
 *
 * @throws moments of different widths
 */
export function mergedMoments(a: Moments, b: Moments): Moments {
  if (a.mean.length !== b.mean.length) throw otherWidth("the one stream", a.mean.length, "the other", b.mean.length);
  const mean = a.mean.slice();
  const scatter = a.scatter.map((value, i) => value + b.scatter[i]!);
  if (a.n + b.n > 0) join(a.n, mean, scatter, b.n, b.mean);
  return { n: a.n + b.n, mean, scatter: mirrored(scatter, mean.length) };
}
