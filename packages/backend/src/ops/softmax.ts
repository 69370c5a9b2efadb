import {
  customGrad,
  exp,
  logSoftmax as tfjsLogSoftmax,
  mul,
  softmax as overLast,
  sub,
  sum,
  transpose,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { axisOf } from "./selection.js";

/** Runs `f`, which knows the last axis only, over another one. */
function over<T extends Tensor>(who: string, x: T, axis: number, f: (x: Tensor) => Tensor): T {
  const last = x.rank - 1;
  const at = axisOf(who, x, axis);
  if (at === last) return f(x) as T;
  const swapped = x.shape.map((_, i) => (i === at ? last : i === last ? at : i));
  return transpose(f(transpose(x, swapped)), swapped) as T;
}

/** exp(x_k) / Σ_j exp(x_j) along `axis`, by default the last: any shape, result of the same shape, in [0, 1]. Gradients of any order. */
export const softmax = <T extends Tensor>(x: T, axis = -1): T => over("softmax", x, axis, (z) => overLast(z));

/**
 * x_k − log Σ_j exp(x_j) along `axis`, by default the last: any shape, result of the same shape, at most 0. Gradients of any order: tfjs's own
 * saves its output, so the gradient of its gradient is an error (engine-ops.md §3), and it knows the last axis only.
 */
export const logSoftmax = <T extends Tensor>(x: T, axis = -1): T => over("logSoftmax", x, axis, logOverLast);

function logOverLast(x: Tensor): Tensor {
  return customGrad((z, save) => {
    (save as (t: Tensor[]) => void)([z as Tensor]);
    return {
      value: tfjsLogSoftmax(z as Tensor),
      // by way of the input, so that the gradient has one too; a compiled step merges it with the value
      gradFunc: (dy: Tensor, saved: Tensor[]) => sub(dy, mul(sum(dy, -1, true), exp(logOverLast(saved[0]!)))),
    };
  })(x);
}
