import { batchNorm } from "./batch-norm.js";
import { sequence, type Layer } from "./layer.js";
import { activation, type Activation } from "./shapes.js";

/**
 * A convolution (any layer), batch norm and, unless it is "linear", an activation; variables `conv/kernel`, `norm/scale`, …, with "prelu" `act/slope`.
 * @example convNorm(conv({ in: 1, out: 64, size: 3 }), "relu")
 */
export function convNorm(convolution: Layer, then: Activation | "linear"): Layer {
  const { out } = convolution.channels;
  const act = then === "linear" ? [] : [["act", activation(then, out)] as const];
  return sequence([["conv", convolution], ["norm", batchNorm(out)], ...act]);
}
