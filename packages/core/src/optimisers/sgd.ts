import { add, mul, sub, type Tensor } from "@tensorflow/tfjs-core";
import type { Optimiser, Schedule } from "../contract/index.js";

export interface SgdOptions {
  readonly rate: number | Schedule;
  /** 0 */
  readonly momentum?: number;
  /** Coupled weight decay: decay·w is added to the gradient before the momentum. 0 */
  readonly decay?: number;
}

/** Stochastic gradient descent: g ← g + decay·w, b ← momentum·b + g, w ← w − rate·b. Equal to PyTorch's `SGD(momentum, weight_decay=decay)`. */
export function sgd({ rate, momentum = 0, decay = 0 }: SgdOptions): Optimiser {
  return {
    describe: { sgd: { rate: typeof rate === "number" ? rate : rate.describe, momentum, decay } },
    rate,
    slots: momentum === 0 ? 0 : 1,
    update: ({ value, gradient, slots: [b], rate: step }) => {
      const g = decay === 0 ? gradient : add(gradient, mul(value, decay));
      const b2 = momentum === 0 ? g : add(mul(b as Tensor, momentum), g);
      return { value: sub(value, mul(step, b2)), slots: momentum === 0 ? [] : [b2] };
    },
  };
}
