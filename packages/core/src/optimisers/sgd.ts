import { add, mul, sub, type Tensor } from "@tensorflow/tfjs-core";
import type { Optimiser, Schedule } from "../contract/index.js";
import { nesterovWithoutMomentum } from "../errors.js";
import { entrywise } from "./entrywise.js";

export interface SgdOptions {
  readonly rate: number | Schedule;
  /** 0 */
  readonly momentum?: number;
  /** Coupled weight decay: decay·w is added to the gradient before the momentum. 0 */
  readonly decay?: number;
  /** Looks ahead: the step goes along g + momentum·b. Needs a momentum. false */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent: g ← g + decay·w, b ← momentum·b + g, w ← w − rate·b; with `nesterov` w ← w − rate·(g + momentum·b). Equal to
 * PyTorch's `SGD(momentum, weight_decay=decay, nesterov)`.
 *
 * @throws core/nesterov
 */
export function sgd({ rate, momentum = 0, decay = 0, nesterov = false }: SgdOptions): Optimiser {
  if (nesterov && momentum === 0) throw nesterovWithoutMomentum();
  return {
    describe: { sgd: { rate: typeof rate === "number" ? rate : rate.describe, momentum, decay, ...(nesterov && { nesterov }) } },
    rate,
    slots: momentum === 0 ? 0 : 1,
    update: entrywise(({ value, gradient, slots: [b], rate: step }) => {
      const g = decay === 0 ? gradient : add(gradient, mul(value, decay));
      const b2 = momentum === 0 ? g : add(mul(b as Tensor, momentum), g);
      const along = nesterov ? add(g, mul(b2, momentum)) : b2;
      return { value: sub(value, mul(step, along)), slots: momentum === 0 ? [] : [b2] };
    }),
  };
}
