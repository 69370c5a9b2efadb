import {
  greater,
  mul,
  onesLike,
  reshape,
  rsqrt,
  square,
  sum,
  where,
  zerosLike,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";

/** Vectors that are no longer than this have no direction. methods.md 1.4 [ours] */
const EPSILON = 1e-6;

/** 1/‖a‖ of the squared norm, and 0 with gradient 0 where ‖a‖ ≤ ε: chosen before the root, which is never that of 0. */
function inverseNorm(squared: Tensor): Tensor {
  const long = greater(squared, EPSILON ** 2);
  return where(long, rsqrt(where(long, squared, onesLike(squared))), zerosLike(squared));
}

/** a/‖a‖ along the last axis; 0 with gradient 0 where ‖a‖ ≤ 1e-6. Any shape, result of the same shape. methods.md 1.4 [ours] */
export const unit = <T extends Tensor>(a: T): T => mul(a, inverseNorm(sum(square(a), -1, true)));

/** ⟨a, b⟩ / (‖a‖ ‖b‖) along the last axis; 0 with gradient 0 where one of them is no longer than 1e-6. */
const cosine = (a: Tensor, b: Tensor): Tensor =>
  mul(sum(mul(a, b), -1), mul(inverseNorm(sum(square(a), -1)), inverseNorm(sum(square(b), -1))));

/**
 * The cosine of two maps' vectors at every position: s[b, u] = ⟨a[b, u], b[b, u]⟩ / (‖a[b, u]‖ ‖b[b, u]‖), 0 with gradient 0 where one of them is no longer than 1e-6.
 *
 * `a`, `b` `[B, h, w, C]`, result `[B, h, w]` in [−1, 1]. methods.md 3.3.1 (a) and 3.3.2's ρ [ours].
 *
 * @example cosineMap(encoder, decoder) // how much of what the encoder says the decoder says again, everywhere
 */
export const cosineMap = (a: Tensor4D, b: Tensor4D): Tensor3D => cosine(a, b) as Tensor3D;

/** One cosine an image, of two maps `[B, h, w, C]` taken as one long vector each: `[B]` in [−1, 1]. methods.md 3.3.1 (c) [ours]. */
export const flatCosine = (a: Tensor4D, b: Tensor4D): Tensor1D => {
  const flat = (x: Tensor4D): Tensor => reshape(x, [x.shape[0], -1]);
  return cosine(flat(a), flat(b)) as Tensor1D;
};
