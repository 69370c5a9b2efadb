import { pcaOutOfRange } from "./errors.js";
import { areMoments } from "./gaussian.js";
import type { Latents } from "./latents.js";
import { eigen, times, type Rows } from "./linear-algebra.js";
import { mergedMoments, type Moments } from "./moments.js";

/**
 * The map to the first k principal components of two sets together, for rows and for moments.
 * `x ↦ V (x − μ)`, V the k leading eigenvectors of the pooled scatter, μ the pooled mean; the same numbers as scikit-learn's PCA fitted on both, up to signs.
 *
 * @param k 1 … min(d, rows of both − 1)
 * @throws k out of range
 * Source: methods.md 1.5 [ours].
 */
export function principal(x: Moments, y: Moments, k: number): <T extends Latents | Moments>(set: T) => T | Latents | Moments {
  const pooled = mergedMoments(x, y);
  const d = pooled.mean.length;
  const most = Math.min(d, pooled.n - 1);
  if (!Number.isInteger(k) || k < 1 || k > most) throw pcaOutOfRange(k, most, pooled.n, d);
  const leading: Rows = { width: d, data: eigen(pooled.scatter, d).vectors.data.slice(0, k * d) };
  const point = (row: ArrayLike<number>): Float64Array => times(Float64Array.from(row, (value, i) => value - pooled.mean[i]!), leading); // prettier-ignore
  return (set) => (areMoments(set) ? { n: set.n, mean: point(set.mean), scatter: turned(set.scatter, leading) } : set.map(point));
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
