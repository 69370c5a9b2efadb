import { add, grad, mul, reshape, sqrt, square, sub, sum, type Tensor, type Tensor1D, type Tensor4D } from "@tensorflow/tfjs-core";
import { float32Barrier } from "@segdistill/backend/ops";
import type { Against } from "./adversarial-loss.js";

/**
 * How far the slope of a score is from 1 between real and fake maps: (‖∇_x̂ Σ D(x̂)‖₂ − 1)² of every image, x̂ = a·real + (1 − a)·fake.
 *
 * `real`, `fake` [B, H, W, K]; `a` [B, 1, 1, 1], in [0, 1], one number an image; result [B]. The norm runs over all H·W·K entries of an image, with 1e-12
 * inside its root, so that a slope of 0 has a gradient. The gradient goes into what `score` is made of, by second order: `score` may use convolutions with
 * stride, tfjs's leakyRelu, tanh, softmax and what else engine-ops.md §3 names, but no pooling, native batch norm, depthwise or resizing.
 *
 * Gulrajani et al., Improved training of Wasserstein GANs, 2017; methods.md 3.2.3: the penalty is [code], its exact form [inferred], 1e-12 [ours].
 *
 * @example gradientPenalty(score, { real, fake, a: step.noise.uniform("mix", [1, 1, 1]) })
 */
export function gradientPenalty(
  score: Against["score"],
  { real, fake, a }: { readonly real: Tensor4D; readonly fake: Tensor4D; readonly a: Tensor },
): Tensor1D {
  const between: Tensor = add(mul(a, real), mul(sub(1, a), fake));
  const slope = grad((x: Tensor) => sum(float32Barrier(score(x as Tensor4D))))(between);
  const flat = reshape(float32Barrier(slope), [between.shape[0], -1]); // [B, H·W·K]
  return square(sub(sqrt(add(sum(square(flat), 1), 1e-12)), 1)) as Tensor1D;
}
