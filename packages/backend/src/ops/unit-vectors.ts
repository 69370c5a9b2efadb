import { add, cast, greater, mul, rsqrt, square, sub, sum, type Tensor } from "@tensorflow/tfjs-core";

/** Vectors that are no longer than this have no direction. methods.md 1.4 [ours] */
const SHORTEST = 1e-6;

/** 1/‖x‖ over `axes`, which stay with length 1; 0 with gradient 0 where ‖x‖ ≤ 1e-6: replaced before the root, whose slope at 0 has no end. */
function inverseNorm(x: Tensor, axes: number | number[]): Tensor {
  const squared: Tensor = sum(square(x), axes, true);
  const long = cast(greater(squared, SHORTEST ** 2), "float32");
  return mul(long, rsqrt(add(mul(squared, long), sub(1, long)))); // tfjs has no second-order gradient of where
}

/**
 * x/‖x‖₂ over `axes`, by default the last; 0 with gradient 0 where ‖x‖ ≤ 1e-6. It stands wherever a formula divides by a norm, so that a dead channel, pixel or
 * patch pulls at nothing (methods.md 1.4 [ours]). Any shape, result of the same shape. Gradients of any order.
 *
 * @example unitVectors(map, [1, 2]) // every channel's map of length 1
 */
export const unitVectors = <T extends Tensor>(x: T, axes: number | number[] = -1): T => mul(x, inverseNorm(x, axes));

/**
 * ⟨a, b⟩ / (‖a‖ ‖b‖) over `axes`, by default the last, which are gone from the result; 0 with gradient 0 where one of them is no longer than 1e-6 (methods.md 1.4
 * [ours]). `a`, `b` of one shape, result in [−1, 1] but for rounding. Gradients of any order. Neither is normalised, so no map is made but their product.
 *
 * @example cosineSimilarity(encoder, decoder) // [B, h, w, C] twice, to [B, h, w]
 */
export function cosineSimilarity(a: Tensor, b: Tensor, axes: number | number[] = -1): Tensor {
  const lengths = mul(inverseNorm(a, axes), inverseNorm(b, axes));
  return sum(mul(sum(mul(a, b), axes, true), lengths), axes);
}
