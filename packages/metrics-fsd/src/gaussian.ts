import { rowsNeeded, tooFewRows } from "./errors.js";
import type { Latents } from "./latents.js";
import { momentsOf, type Moments } from "./moments.js";

/** A mean [d] and a covariance [d, d]: all that a Fréchet distance looks at. */
export interface Gaussian {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** How covariances of few rows are kept from being singular. */
export type Shrink = "none" | "identity" | "ledoit-wolf";

/** Whether a set is given by its moments. */
export const areMoments = (set: Latents | Moments): set is Moments => "scatter" in set;

/** The moments of a set. @throws fewer than two rows; wrong rows */
export function wholeOf(set: Latents | Moments, who: string): Moments {
  if (!areMoments(set)) return momentsOf(set, who);
  if (set.n < 2) throw tooFewRows(who, set.n);
  return set;
}

/**
 * Mean and covariance of a set.
 * `none`: unbiased, `S / (n − 1)`. `identity`: the same + 1e-6 I. `ledoit-wolf`: scikit-learn's `ledoit_wolf`, `(1 − s) S / n + s μ I`, μ = Tr(S / n) / d, with the
 * share s that the rows give (0 for d = 1); it starts from the biased covariance, as there.
 *
 * @param set rows, or their moments where `shrink` is not `ledoit-wolf`
 * @param who stands in messages
 * @throws `ledoit-wolf` with moments; fewer than two rows, rows of different lengths, numbers that are not finite
 * Source: methods.md 3.7, 1.5 [ours]; Ledoit, Wolf, "A well-conditioned estimator for large-dimensional covariance matrices" (2004).
 */
export function gaussianOf(set: Latents | Moments, shrink: Shrink = "none", who = "set"): Gaussian {
  const { n, mean, scatter } = wholeOf(set, who);
  const d = mean.length;
  const added = (share: number, divisor: number, onDiagonal: number): Gaussian => ({
    mean,
    covariance: scatter.map((value, at) => (share * value) / divisor + (at % (d + 1) === 0 ? onDiagonal : 0)),
  });
  if (shrink !== "ledoit-wolf") return added(1, n - 1, shrink === "identity" ? 1e-6 : 0);
  if (areMoments(set)) throw rowsNeeded(who, "shrink: ledoit-wolf");
  const size = traceOf(scatter, d) / n / d;
  const s = shareOf(set, mean, scatter, size);
  return added(1 - s, n, s * size);
}

/** The sum of a [d, d] matrix's diagonal. */
export function traceOf(matrix: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += matrix[i * (d + 1)]!;
  return sum;
}

/** s = min(β, δ) / δ: δ = ‖S/n − μ I‖² / d how far the covariance is from a sphere, β = (Σ ‖x − mean‖⁴ / n − ‖S/n‖²) / (d n) how far it may be by chance. */
function shareOf(rows: Latents, mean: Float64Array, scatter: Float64Array, size: number): number {
  const [n, d] = [rows.length, mean.length];
  if (d === 1) return 0;
  const norm = scatter.reduce((sum, value) => sum + (value / n) ** 2, 0);
  let fourth = 0;
  for (const row of rows) {
    let square = 0;
    for (let i = 0; i < d; i++) square += (row[i]! - mean[i]!) ** 2;
    fourth += square * square;
  }
  const delta = (norm - d * size * size) / d;
  const beta = Math.min((fourth / n - norm) / (d * n), delta);
  return beta <= 0 ? 0 : beta / delta;
}
