import { cumprod, mul, reshape, transpose, type Tensor, util } from "@tensorflow/tfjs-core";
import { replaceGradient } from "../operators/operator.js";

/** The product over axes: tfjs's gradient is written with methods of tensors that only the whole of tfjs has. The factors before times those after. */
export function mendProduct(): void {
  replaceGradient({
    kernelName: "Prod",
    inputsToSave: ["x"],
    gradFunc: (dy, [x_], attributes) => ({
      x: () => {
        const x = x_!;
        const axes = util.parseAxisParam((attributes as unknown as { axis: number | number[] }).axis, x.shape);
        const last = [...x.shape.keys()].filter((i) => !axes.includes(i)).concat(axes);
        const moved = transpose(x, last);
        const count = axes.reduce((n, axis) => n * x.shape[axis]!, 1);
        const flat = reshape(moved, [-1, count]);
        const others = mul(cumprod(flat, 1, true), cumprod(flat, 1, true, true));
        const found = mul(reshape(dy as Tensor, [-1, 1]), others);
        const back = last.map((_, i) => last.indexOf(i));
        return transpose(reshape(found, moved.shape), back);
      },
    }),
  });
}
