import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-core";
import { notAMap } from "../errors.js";
import { affine } from "../operators/batch-norm.js";
import { callMany } from "../operators/operator.js";
import { requireVectors } from "./standardising.js";

/** A normalised map, and the statistics of the batch that it was normalised by. */
export interface BatchNormalised {
  readonly value: Tensor4D;
  readonly mean: Tensor1D;
  /** Unbiased, n/(n−1): what running averages take. */
  readonly variance: Tensor1D;
}

/**
 * Batch normalisation by the batch's own statistics: y = scale·(x − μ)/√(σ² + ε) + offset, with μ and the biased σ² over batch and positions.
 * `x` [B, h, w, C]; `scale`, `offset` [C]. No gradient flows into the statistics that are returned. First order only.
 * Throws where `scale` or `offset` is not [C].
 */
export function batchNorm(x: Tensor4D, scale: Tensor1D, offset: Tensor1D, epsilon = 1e-5): BatchNormalised {
  if (x.rank !== 4) throw notAMap("batchNorm", x.shape);
  requireVectors("batchNorm", x, { scale, offset });
  const [value, mean, variance] = callMany("BatchNormTraining", { x, scale, offset }, { epsilon });
  return { value: value as Tensor4D, mean: mean as Tensor1D, variance: variance as Tensor1D };
}

/** Batch normalisation by given statistics, as in inference: y = scale·(x − mean)/√(variance + ε) + offset. Vectors are [C]; throws where one is not. */
export function batchNormInference(
  x: Tensor4D,
  {
    mean,
    variance,
    scale,
    offset,
    epsilon = 1e-5,
  }: { mean: Tensor1D; variance: Tensor1D; scale: Tensor1D; offset: Tensor1D; epsilon?: number },
): Tensor4D {
  requireVectors("batchNormInference", x, { mean, variance, scale, offset });
  return affine(x, mean, variance, scale, offset, epsilon);
}
