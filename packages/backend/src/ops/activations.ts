import {
  add,
  customGrad,
  erf,
  exp,
  leakyRelu as leaky,
  mul,
  prelu as parametric,
  sigmoid as logistic,
  softplus as soft,
  square,
  tanh as hyperbolic,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { wrongSlope } from "./errors.js";

/**
 * Leaky rectifier: x where x > 0, else slope·x; gradient dy or slope·dy, slope·dy at 0. Any shape, result of the same shape. Gradients of any order
 * (that of the gradient in x is 0), so a critic under a gradient penalty may use it. tfjs's, its gradient mended.
 *
 * @example leakyRelu(x, 0.2)
 */
export const leakyRelu = <T extends Tensor>(x: T, slope: number): T => leaky(x, slope);

/**
 * Rectifier with a learned slope: x where x > 0, else slope·x. `x` [..., C]; `slope` of one number ([] or [1]) or [C]; result of the shape of `x`.
 * Gradient in the slope: Σ dy·x over what is not positive. Gradients of any order. tfjs's, mended.
 * Throws where `slope` has another shape.
 *
 * @example prelu(x, slope) // slope = make.variable("slope", [1], { … })
 */
export function prelu<T extends Tensor>(x: T, slope: Tensor): T {
  const channels = x.shape.at(-1);
  if (slope.size !== 1 && !(slope.rank === 1 && slope.size === channels)) throw wrongSlope(x.shape, slope.shape);
  return parametric<Tensor>(x, slope) as T;
}

/** Φ, the normal law's distribution: (1 + erf(x/√2)) / 2. */
const normal = (x: Tensor): Tensor => mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);

/**
 * Gaussian error linear unit, the erf form: x·Φ(x), Φ(x) = (1 + erf(x/√2)) / 2; not the tanh approximation (methods.md 1.5, ours). Gradient
 * Φ(x) + x·φ(x), φ(x) = exp(−x²/2)/√(2π), as an operator of our own: it keeps nothing but x for the way back. Any shape; gradients of any order.
 */
export const gelu = <T extends Tensor>(x: T): T => smooth(x) as T;

const smooth = (x: Tensor): Tensor =>
  customGrad((z, save) => {
    const given = z as Tensor;
    (save as (t: Tensor[]) => void)([given]);
    return {
      value: mul(given, normal(given)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const kept = saved[0]!;
        const density = mul(exp(mul(square(kept), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return mul(dy, add(normal(kept), mul(kept, density)));
      },
    };
  })(x);

/** log(1 + exp(x)), without overflow: any shape, result of the same shape, above 0. Gradients of any order. tfjs's own. */
export const softplus = <T extends Tensor>(x: T): T => soft(x);

/** Hyperbolic tangent, in [−1, 1]: any shape. Gradients of any order: that of the gradient is mended in tfjs's registry (engine-ops.md §3). */
export const tanh = <T extends Tensor>(x: T): T => hyperbolic(x);

/** 1 / (1 + exp(−x)), in [0, 1]: any shape. Gradients of any order: that of the gradient is mended in tfjs's registry (engine-ops.md §3). */
export const sigmoid = <T extends Tensor>(x: T): T => logistic(x);
