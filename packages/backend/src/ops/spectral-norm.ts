import {
  customGrad,
  div,
  expandDims,
  maximum,
  mul,
  norm,
  reshape,
  sum,
  type Scalar,
  type Tensor,
  type Tensor1D,
} from "@tensorflow/tfjs-core";
import { vectorsDoNotFit } from "./errors.js";
import { float32Barrier } from "./maps.js";

/** The two vectors of a power iteration: `u` [O], `v` [N], of length 1. */
export interface SingularVectors {
  readonly u: Tensor1D;
  readonly v: Tensor1D;
}

/** A kernel divided by σ, and what it was divided by. */
export interface SpectrallyNormalised<T extends Tensor> extends SingularVectors {
  readonly kernel: T;
  readonly sigma: Scalar;
}

/**
 * One power iteration: v = Wu/‖Wu‖, u = Wᵀv/‖Wᵀv‖, with W the kernel as a matrix [N, O] of all axes but the last, and the last (kernels of `conv2d` and dense
 * layers have their outputs there). Norms of at least 1e-12, as in PyTorch. Throws where `u` is not [O].
 */
export function powerIteration(kernel: Tensor, u: Tensor1D): SingularVectors {
  const flat = matrix(kernel, u);
  // sums of products instead of matMul: in bfloat16 they stay float32
  const v = unit(sum(mul(flat, u), 1)); // [N]
  return { u: unit(sum(mul(flat, expandDims(v, 1)), 0)), v };
}

/**
 * A kernel divided by its largest singular value: W / σ, σ = vᵀWu. After one power iteration from `u` [O], or by `u` and `v` [N] as they are, where `v` is given.
 * u and v are constants to the gradient, as in PyTorch's `spectral_norm`: ∂σ/∂W = v uᵀ, at any order. A kernel of zeros gives NaN, as there.
 * Keep the `u` that is returned for the next call. Miyato et al., 2018. Throws where `u` is not [O] or `v` is not [N].
 *
 * @example const { kernel, u } = spectralNorm(weights, lastU);
 */
export function spectralNorm<T extends Tensor>(kernel: T, u: Tensor1D, v?: Tensor1D): SpectrallyNormalised<T> {
  const by = v ? { u, v } : powerIteration(kernel, u);
  const sigma = customGrad((w, save) => {
    (save as (t: Tensor[]) => void)([by.u, by.v]);
    return {
      value: sum(mul(mul(w as Tensor, by.u), expandDims(by.v, 1))),
      gradFunc: (dy: Tensor, saved: Tensor[]) => mul(dy, mul(expandDims(saved[1]!, 1), saved[0]!)),
    };
  })(matrix(kernel, by.u, by.v)) as Scalar;
  return { kernel: float32Barrier(div(kernel, sigma)), sigma, ...by };
}

function matrix(kernel: Tensor, u: Tensor1D, v?: Tensor1D): Tensor {
  const outputs = kernel.shape.at(-1)!;
  const inputs = kernel.size / outputs;
  if (u.shape.join() !== String(outputs) || (v && v.shape.join() !== String(inputs)))
    throw vectorsDoNotFit(kernel.shape, u.shape, v?.shape, [inputs, outputs]);
  return reshape(kernel, [inputs, outputs]);
}

const unit = (x: Tensor): Tensor1D => div(x, maximum(norm(x), 1e-12));
