import { reshape, type Tensor, type Tensor1D, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { cosineSimilarity } from "@segdistill/backend/ops";

/**
 * The cosine of two maps' vectors at every position: s[b, u] = ⟨a[b, u], b[b, u]⟩ / (‖a[b, u]‖ ‖b[b, u]‖), 0 with gradient 0 where one of them is no longer than 1e-6.
 *
 * `a`, `b` `[B, h, w, C]`, result `[B, h, w]` in [−1, 1]. methods.md 3.3.1 (a) and 3.3.2's ρ [ours].
 *
 * @example cosineMap(encoder, decoder) // how much of what the encoder says the decoder says again, everywhere
 */
export const cosineMap = (a: Tensor4D, b: Tensor4D): Tensor3D => cosineSimilarity(a, b) as Tensor3D;

/** One cosine an image, of two maps `[B, h, w, C]` taken as one long vector each: `[B]` in [−1, 1]. methods.md 3.3.1 (c) [ours]. */
export const flatCosine = (a: Tensor4D, b: Tensor4D): Tensor1D => {
  const flat = (x: Tensor4D): Tensor => reshape(x, [x.shape[0], -1]);
  return cosineSimilarity(flat(a), flat(b)) as Tensor1D;
};
