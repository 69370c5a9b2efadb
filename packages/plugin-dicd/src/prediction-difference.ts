import { squaredDifference, sum, div, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { argMax, crossEntropy, oneHot, softenedDivergence, softmax } from "@segdistill/backend/ops";

/** D of the formula. */
export type Divergence = "kl" | "ce" | "mse";

/**
 * How far a prediction is from the teacher's, for every pixel. p = softmax(z) over the K classes, T the teacher.
 *
 * `kl`: Σ_k p_T,k (log p_T,k − log p_k), in nats, 0 where both agree. `ce`: −log p_k at k = argmax p_T, the lowest of equal classes; not 0 where both agree, unless the
 * teacher is certain. `mse`: (1/K) Σ_k (p_T,k − p_k)², in [0, 2/K], 0 where both agree.
 *
 * `teacher` and `prediction` are logits `[B, H, W, K]`, the result `[B, H, W]`. The loss is its mean over valid pixels. methods.md 3.6 [ours].
 *
 * @example predictionDifference(teacher, prediction, "kl")
 */
export function predictionDifference(teacher: Tensor4D, prediction: Tensor4D, by: Divergence): Tensor3D {
  if (by === "kl") return softenedDivergence(prediction, teacher, 1) as Tensor3D;
  const classes = teacher.shape[3];
  if (by === "ce") return crossEntropy(prediction, oneHot(argMax(teacher), classes)) as Tensor3D;
  return div(sum(squaredDifference(softmax(teacher), softmax(prediction)), -1), classes);
}
