import {
  broadcast_util,
  cast,
  greaterEqual,
  less,
  lessEqual,
  greater,
  matMul,
  mul,
  reshape,
  sum,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { replaceGradient } from "../operators/operator.js";

/** dy, summed over the axes along which an input of this shape was repeated. */
export const summedTo = (dy: Tensor, shape: number[]): Tensor => {
  const axes = broadcast_util.getReductionAxes(shape, dy.shape);
  return reshape(axes.length === 0 ? dy : sum(dy, axes), shape);
};

/** tfjs forgets that these operators broadcast: the gradient of an input that was repeated had the result's shape, an error. */
export function mendBroadcast(): void {
  replaceGradient({
    kernelName: "BatchMatMul",
    inputsToSave: ["a", "b"],
    gradFunc: (given, [a_, b_], attributes) => {
      const [dy, a, b] = [given as Tensor, a_!, b_!];
      const { transposeA, transposeB } = attributes as unknown as { transposeA: boolean; transposeB: boolean };
      return {
        a: () => summedTo(transposeA ? matMul(b, dy, transposeB, true) : matMul(dy, b, false, !transposeB), a.shape),
        b: () => summedTo(transposeB ? matMul(dy, a, true, transposeA) : matMul(a, dy, !transposeA, false), b.shape),
      };
    },
  });
  // where both are equal the gradient goes to the first, as in tfjs
  for (const [kernelName, first, second] of [
    ["Maximum", greaterEqual, less],
    ["Minimum", lessEqual, greater],
  ] as const)
    replaceGradient({
      kernelName,
      inputsToSave: ["a", "b"],
      gradFunc: (dy, [a, b]) => ({
        a: () => summedTo(mul(dy as Tensor, cast(first(a!, b!), "float32")), a!.shape),
        b: () => summedTo(mul(dy as Tensor, cast(second(a!, b!), "float32")), b!.shape),
      }),
    });
}
