import { cast, greater, less, logicalAnd, mul, zerosLike, type Tensor } from "@tensorflow/tfjs-core";
import { attr, call, type Operator } from "./operator.js";

/** dy where the unit is open, else 0: the gradient of a rectifier, and its own gradient in dy. `x` is the rectifier's input. */
const gradientOf = (name: string, open: (x: Tensor) => Tensor): Operator => ({
  name,
  native: (run, { dy, x }) => run(name, [attr.type("T")], [dy!, x!], 1)[0]!,
  plain: ({ dy, x }) => mul(dy!, cast(open(x!), "float32")),
  gradient: {
    inputsToSave: ["x"],
    gradFunc: (dd, [x]) => ({ dy: () => call(name, { dy: dd as Tensor, x: x! }), x: () => zerosLike(x!) }),
  },
});

export const reluGrad = gradientOf("ReluGrad", (x) => greater(x, 0));
export const relu6Grad = gradientOf("Relu6Grad", (x) => logicalAnd(greater(x, 0), less(x, 6)));
