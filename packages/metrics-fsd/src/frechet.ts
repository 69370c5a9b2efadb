import { otherWidth } from "./errors.js";
import { traceOf, type Gaussian } from "./gaussian.js";
import { widthOf, type Latents } from "./latents.js";
import { nuclearNormOfProduct, rootRows, type Rows } from "./linear-algebra.js";

/** ‖μ_X − μ_Y‖² + Tr Σ_X + Tr Σ_Y − 2 Tr (Σ_X Σ_Y)^½; what rounding leaves below 0 is 0. */
function assembled(means: readonly [Float64Array, Float64Array], traces: number, root: number): number {
  const shift = means[0].reduce((sum, value, i) => sum + (value - means[1][i]!) ** 2, 0);
  return Math.max(0, shift + traces - 2 * root);
}

/** The mean of rows, and the rows less the mean, over √(n − 1). */
function centred(rows: Latents, width: number): { readonly mean: Float64Array; readonly scaled: Rows; readonly trace: number } {
  const mean = new Float64Array(width);
  for (const row of rows) for (let i = 0; i < width; i++) mean[i]! += row[i]! / rows.length;
  const by = 1 / Math.sqrt(rows.length - 1);
  const data = Float64Array.from({ length: rows.length * width }, (_, at) => {
    const i = at % width;
    return (rows[(at - i) / width]![i]! - mean[i]!) * by;
  });
  return { mean, scaled: { width, data }, trace: data.reduce((sum, value) => sum + value * value, 0) };
}

/**
 * The Fréchet distance of two sets by singular values: Tr (Σ_X Σ_Y)^½ is the sum of the singular values of X̃ Ỹᵀ, where X̃ are the rows less their mean, over √(N − 1).
 * No covariance is formed, so it is the cheaper form where rows are few. Unbiased covariances, no shrinkage.
 *
 * @returns a number ≥ 0, in squared units of the latents
 * @throws fewer than two rows, rows of different lengths, numbers that are not finite; different widths
 * Source: methods.md 3.7 [ours, by analogy with FID].
 */
export function frechetOfRows(x: Latents, y: Latents): number {
  const [dx, dy] = [widthOf("X", x), widthOf("Y", y)];
  if (dx !== dy) throw otherWidth("X", dx, "Y", dy);
  const [a, b] = [centred(x, dx), centred(y, dx)];
  return assembled([a.mean, b.mean], a.trace + b.trace, nuclearNormOfProduct(a.scaled, b.scaled));
}

/**
 * The Fréchet distance of two Gaussians by their covariances: with Σ = Rᵀ R, R the eigenvectors times the roots of their eigenvalues, Tr (Σ_X Σ_Y)^½ is the sum of the
 * singular values of R_X R_Yᵀ. Eigenvalues of the product itself would lose half of the digits where they are small.
 *
 * @param x, y from {@link gaussianOf}: symmetric, no eigenvalue below 0
 * @returns a number ≥ 0
 * @throws different widths
 * Source: methods.md 3.7 [ours, by analogy with FID]; the cost does not depend on the number of rows.
 */
export function frechetOfGaussians(x: Gaussian, y: Gaussian): number {
  const d = x.mean.length;
  if (y.mean.length !== d) throw otherWidth("X", d, "Y", y.mean.length);
  const traces = traceOf(x.covariance, d) + traceOf(y.covariance, d);
  return assembled([x.mean, y.mean], traces, nuclearNormOfProduct(rootRows(x.covariance, d), rootRows(y.covariance, d)));
}
