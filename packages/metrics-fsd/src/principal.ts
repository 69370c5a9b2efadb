import { pcaOutOfRange } from "./errors.js";
import { areMoments, traceOf } from "./gaussian.js";
import type { Latents } from "./latents.js";
import { eigen, times, type Rows } from "./linear-algebra.js";
import { mergedMoments, momentsOf, type Moments } from "./moments.js";

/**
 * The map to the first k principal components of two sets together, for rows and for moments.
 * `x ↦ V (x − μ)`, V the k leading eigenvectors of the pooled scatter, μ the pooled mean; the same numbers as scikit-learn's PCA fitted on both, up to signs.
 *
 * @param k 1 … min(d, rows of both − 1)
 * @throws k out of range
 * Source: methods.md 1.5 [ours].
 */
export function principal(x: Moments, y: Moments, k: number): <T extends Latents | Moments>(set: T) => T | Latents | Moments {
  const { leading, point } = axesOf(mergedMoments(x, y), k, "both sets together have");
  return (set) => (areMoments(set) ? { n: set.n, mean: point(set.mean), scatter: turned(set.scatter, leading) } : set.map(point));
}

/** Where rows lie along the leading directions of their spread. */
export interface PrincipalComponents {
  /** [k] for every row, around 0. */
  readonly points: readonly Float64Array[];
  /** The share of the variance that lies along each, 0 … 1, largest first; 0 where nothing varies. */
  readonly shares: readonly number[];
}

/**
 * The first k principal components of rows: `V (x − μ)`, V the leading eigenvectors of the covariance, as scikit-learn's PCA up to signs; for pictures of latents.
 *
 * @param rows [N, d], N ≥ 2
 * @param k 1 … min(d, N − 1)
 * @throws fewer than two rows, rows of different lengths, numbers that are not finite; k out of range
 * Source: ours.
 */
export function principalComponents(rows: Latents, k: number): PrincipalComponents {
  const moments = momentsOf(rows);
  const { point, values } = axesOf(moments, k, "there are");
  const whole = traceOf(moments.scatter, moments.mean.length);
  return { points: rows.map(point), shares: values.map((value) => (whole === 0 ? 0 : Math.max(0, value) / whole)) };
}

/** The k leading eigenvectors of a scatter as rows, their eigenvalues, and the map of a row to them. */
function axesOf({ n, mean, scatter }: Moments, k: number, rows: string) {
  const d = mean.length;
  const most = Math.min(d, n - 1);
  if (!Number.isInteger(k) || k < 1 || k > most) throw pcaOutOfRange(k, most, n, d, rows);
  const { values, vectors } = eigen(scatter, d);
  const leading: Rows = { width: d, data: vectors.data.slice(0, k * d) };
  const point = (row: ArrayLike<number>): Float64Array =>
    times(
      Float64Array.from(row, (value, i) => value - mean[i]!),
      leading,
    );
  return { leading, values: values.slice(0, k), point };
}

/** V S Vᵀ. */
function turned(scatter: Float64Array, v: Rows): Float64Array {
  const d = v.width;
  const k = v.data.length / d;
  const out = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    const half = times(v.data.subarray(i * d, (i + 1) * d), { width: d, data: scatter });
    out.set(times(half, v), i * k);
  }
  return out;
}
