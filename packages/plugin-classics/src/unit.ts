import { cast, div, greater, mul, onesLike, sqrt, square, sum, where, type Tensor } from "@tensorflow/tfjs-core";

/** ε of methods.md 1.4. */
const SHORTEST = 1e-6;

/**
 * x / ‖x‖₂ over `axes`; where ‖x‖ ≤ 1e-6 the value is 0 and so is the gradient, so that a dead channel or pixel pulls at nothing. Any shape, result of the same
 * shape. It stands wherever a published formula divides by a norm, also where that prints "+ ε".
 *
 * methods.md 1.4 [ours].
 *
 * @example unit(map, [3]) // every position's vector of length 1
 */
export function unit<T extends Tensor>(x: T, axes: number[]): T {
  const squared = sum(square(x), axes, true);
  const long = greater(squared, SHORTEST ** 2);
  // selected before the root, whose slope at 0 has no end
  const norm = sqrt(where(long, squared, onesLike(squared)));
  return mul(x, div(cast(long, "float32"), norm));
}
