/**
 * Quantile with linear interpolation between order statistics (type 7, numpy's default).
 * `h = (n − 1) q`, `x_⌊h⌋ + (h − ⌊h⌋)(x_⌊h⌋₊₁ − x_⌊h⌋)`
 *
 * @param ascending at least one finite number, sorted
 * @param q in [0, 1]
 */
export function quantile(ascending: Float64Array, q: number): number {
  const h = (ascending.length - 1) * q;
  const at = Math.floor(h);
  const low = ascending[at]!;
  const high = ascending[Math.min(at + 1, ascending.length - 1)]!;
  return low + (h - at) * (high - low);
}
