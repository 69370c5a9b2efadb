import { cast, greater, less, logicalAnd, mul, where, zerosLike, type NamedAttrMap, type Tensor } from "@tensorflow/tfjs-core";
import type { OpAttribute } from "../native/kernel-backend.js";
import { attr, call, type Operator } from "./operator.js";

/**
 * dy times the rectifier's slope: the gradient of a rectifier, and its own gradient in dy. `y` is the rectifier's output. Its input `x` is not
 * computed with, so that a compiled step does not keep it; it is the path for a gradient of the gradient, which is 0 there.
 */
const gradientOf = (
  name: string,
  slope: (y: Tensor, attributes: NamedAttrMap) => Tensor,
  more: (attributes: NamedAttrMap) => readonly OpAttribute[] = () => [],
): Operator => ({
  name,
  native: (run, { dy, y }, attributes) => run(name, [attr.type("T"), ...more(attributes)], [dy!, y!], 1)[0]!,
  plain: ({ dy, y }, attributes) => mul(dy!, slope(y!, attributes)),
  gradient: {
    inputsToSave: ["y", "x"],
    gradFunc: (dd, [y, x], attributes) => ({
      dy: () => call(name, { dy: dd as Tensor, y: y!, x: x! }, attributes),
      y: () => zerosLike(y!),
      x: () => zerosLike(x!),
    }),
  },
});

export const reluGrad = gradientOf("ReluGrad", (y) => cast(greater(y, 0), "float32"));
export const relu6Grad = gradientOf("Relu6Grad", (y) => cast(logicalAnd(greater(y, 0), less(y, 6)), "float32"));
/** `alpha` as tfjs calls the slope. */
export const leakyReluGrad = gradientOf(
  "LeakyReluGrad",
  (y, { alpha }) => where(greater(y, 0), 1, alpha as number),
  ({ alpha }) => [attr.float("alpha", alpha)],
);
