import { exp, mul, sigmoid, softmax, square, sub, sum, tanh, zerosLike, type Tensor } from "@tensorflow/tfjs-core";
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
  for (const kernelName of ["Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual"])
    replaceGradient({
      kernelName,
      inputsToSave: ["a", "b"],
      gradFunc: (_, [a, b]) => ({ a: () => zerosLike(a!), b: () => zerosLike(b!) }),
    });
}
