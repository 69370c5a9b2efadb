import { add, matMul, minimum, mul, ones, relu, reshape, sub, sum, tidy, type Tensor } from "@tensorflow/tfjs-core";
import { summedTo } from "./broadcast.js";
import { call, replaceGradient, replaceKernel } from "../operators/operator.js";

/**
 * tfjs-node's kernel is written with methods of tensors (`x.sub`) that only the whole of tfjs has. tfjs's gradient chooses between maps by two `where`s and
 * adds up with `sum`; here the part of dy that came through the slope is what ReLU's gradient leaves over, and sums over positions are products with ones
 * (not the one over everything: as a product of two vectors it took twice as long).
 */
export function mendPrelu(): void {
  replaceKernel("Prelu", ({ x, alpha }) => tidy(() => add<Tensor>(relu(x!), mul(alpha!, minimum(x!, 0)))));
  replaceGradient({
    kernelName: "Prelu",
    inputsToSave: ["x", "alpha"],
    gradFunc: (dys, [x, alpha]) => {
      const dy = dys as Tensor;
      const open = call("ReluGrad", { dy, y: x!, x: x! });
      const sloped = sub(dy, open); // dy where x ≤ 0
      return {
        x: () => add(open, mul(alpha!, sloped)),
        alpha: () => {
          const c = alpha!.size;
          const own = alpha!.shape.slice(alpha!.shape.findIndex((n) => n !== 1));
          const sums = own.every((n, i) => n === x!.shape[x!.rank - own.length + i]); // over leading axes only
          if (c > 1 && !sums) return summedTo(mul(sloped, x!), alpha!.shape); // tfjs's layers may share slopes along any axis
          const total = c === 1 ? sum(mul(sloped, x!)) : matMul(ones([1, x!.size / c]), reshape(mul(sloped, x!), [-1, c]));
          return reshape(total, alpha!.shape);
        },
      };
    },
  });
}
