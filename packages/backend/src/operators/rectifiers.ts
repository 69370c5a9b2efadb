import { cast, greater, less, logicalAnd, mul, zerosLike, type Tensor } from "@tensorflow/tfjs-core";
import { attr, call, type Operator } from "./operator.js";

/**
 * dy where the unit is open, else 0: the gradient of a rectifier, and its own gradient in dy. `y` is the rectifier's output. Its input `x` is not
 * computed with, so that a compiled step does not keep it; it is the path for a gradient of the gradient, which is 0 there.
 */
const gradientOf = (name: string, open: (y: Tensor) => Tensor): Operator => ({
  name,
  native: (run, { dy, y }) => run(name, [attr.type("T")], [dy!, y!], 1)[0]!,
  plain: ({ dy, y }) => mul(dy!, cast(open(y!), "float32")),
  gradient: {
    inputsToSave: ["y", "x"],
    gradFunc: (dd, [y, x]) => ({
      dy: () => call(name, { dy: dd as Tensor, y: y!, x: x! }),
      y: () => zerosLike(y!),
      x: () => zerosLike(x!),
    }),
  },
});

export const reluGrad = gradientOf("ReluGrad", (y) => greater(y, 0));
export const relu6Grad = gradientOf("Relu6Grad", (y) => logicalAnd(greater(y, 0), less(y, 6)));
