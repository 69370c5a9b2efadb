import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-core";
import { notAMap } from "./errors.js";
import { affine } from "../operators/batch-norm.js";
import { callMany } from "../operators/operator.js";
import { requireVectors } from "./standardising.js";

/** A normalised map, and the statistics of the batch that it was normalised by; or running ones that these moved. */
export interface BatchNormalised {
  readonly value: Tensor4D;
  readonly mean: Tensor1D;
  /** Unbiased, n/(n−1): what running averages take. */
  readonly variance: Tensor1D;
}

/** Running statistics [C], and the share of the batch's in what they become: (1 − share)·running + share·batch's. */
export interface RunningStatistics {
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
  readonly share: number;
}

/**
 * Batch normalisation by the batch's own statistics: y = scale·(x − μ)/√(σ² + ε) + offset, with μ and the biased σ² over batch and positions.
 * `x` [B, h, w, C]; `scale`, `offset` [C]. With `running` the statistics that are returned are the running ones, moved by the batch's, by the same op. No gradient flows
 * into the statistics or comes from them. First order only.
 * Throws where a vector is not [C].
 */
export function batchNorm(x: Tensor4D, scale: Tensor1D, offset: Tensor1D, epsilon = 1e-5, running?: RunningStatistics): BatchNormalised {
  if (x.rank !== 4) throw notAMap("batchNorm", x.shape);
  const { share, ...before } = running ?? {};
  requireVectors("batchNorm", x, { scale, offset, ...before });
  const attributes = share === undefined ? { epsilon } : { epsilon, share };
  const [value, mean, variance] = callMany("BatchNormTraining", { x, scale, offset, ...before }, attributes);
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
