import {
  cast,
  div,
  equal,
  exp,
  greater,
  log,
  max,
  min,
  minimum,
  mul,
  pow,
  reshape,
  sigmoid,
  softmax,
  square,
  sub,
  sum,
  tanh,
  type Tensor,
  util,
  where,
  zeros,
  zerosLike,
} from "@tensorflow/tfjs-core";
import { summedTo } from "./broadcast.js";
import { replaceGradient } from "../operators/operator.js";

/**
 * tfjs saves the outputs of these operators before it records them, so a gradient of the gradient loses its path. Saved inputs keep it; a
 * compiled step merges the second computation with the first. Comparisons get the gradient zero, which tfjs lacks (engine-ops.md §3).
 */
export function mendSecondOrder(): void {
  const byInput = (
    kernelName: string,
    input: string,
    derivative: (dy: Tensor, x: Tensor, attributes: Record<string, unknown>) => Tensor,
  ): void =>
    replaceGradient({
      kernelName,
      inputsToSave: [input],
      gradFunc: (dy, [x], attributes) => ({ [input]: () => derivative(dy as Tensor, x!, attributes) }),
    });
  byInput("Tanh", "x", (dy, x) => mul(dy, sub(1, square(tanh(x)))));
  byInput("Sigmoid", "x", (dy, x) => {
    const y = sigmoid(x);
    return mul(dy, mul(y, sub(1, y)));
  });
  byInput("Exp", "x", (dy, x) => mul(dy, exp(x)));
  byInput("Softmax", "logits", (dy, x, { dim }) => {
    const y = softmax(x, dim as number);
    const weighted = mul(dy, y);
    return sub(weighted, mul(y, sum(weighted, dim as number, true)));
  });
  byInput("Elu", "x", (dy, x) => where(greater(x, 0), dy, mul(dy, exp(minimum(x, 0)))));
  for (const [kernelName, extreme] of [
    ["Max", max],
    ["Min", min],
  ] as const)
    byInput(kernelName, "x", (dy, x, { reductionIndices, axis }) => {
      const axes = util.parseAxisParam((reductionIndices ?? axis) as number | number[], x.shape); // Max says one, Min the other
      const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
      const there = cast(equal(x, reshape(extreme(x, axes, true), kept)), "float32");
      // several largest share it alike, as in PyTorch's amax; tfjs gave the whole to each
      const share = div(there, sum(there, axes, true));
      return mul(reshape(dy, kept), share);
    });
  replaceGradient({
    kernelName: "Pow",
    inputsToSave: ["a", "b"],
    gradFunc: (given, [a_, b_]) => {
      const [dy, a, b] = [given as Tensor, a_!, b_!];
      return {
        a: () => summedTo(mul(dy, mul(b, pow(a, sub(b, 1)))), a.shape),
        b: () => summedTo(mul(dy, mul(pow(a, b), where(greater(a, 0), log(a), zerosLike(a)))), b.shape),
      };
    },
  });
  for (const kernelName of ["Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual"])
    replaceGradient({
      kernelName,
      inputsToSave: ["a", "b"],
      gradFunc: (_, [a, b]) => ({ a: () => zeros(a!.shape), b: () => zeros(b!.shape) }), // float32 for int32 too
    });
}
