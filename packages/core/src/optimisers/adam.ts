import { add, div, expm1, mul, neg, sqrt, square, sub, type Tensor } from "@tensorflow/tfjs-core";
import type { Optimiser, Schedule } from "../contract/index.js";
import { entrywise } from "./entrywise.js";

export interface AdamOptions {
  readonly rate: number | Schedule;
  /** (0.9, 0.999) */
  readonly betas?: readonly [number, number];
  /** 1e-8, added to the root after the bias correction, as in PyTorch. */
  readonly epsilon?: number;
  /** Weight decay; 0. `adam` couples it, `adamW` does not. */
  readonly decay?: number;
}

/**
 * Adam with coupled weight decay: g ← g + decay·w, m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − rate·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε).
 * Kingma and Ba, 2015. Equal to PyTorch's `Adam(weight_decay=decay)` (methods.md 1.4).
 */
export const adam = (options: AdamOptions): Optimiser => adaptive("adam", options);

/**
 * Adam with decoupled weight decay: w ← w − rate·decay·w, then Adam's step with the gradient as it is. Loshchilov and Hutter, 2019. Equal to
 * PyTorch's `AdamW(weight_decay=decay)`.
 */
export const adamW = (options: AdamOptions): Optimiser => adaptive("adamW", options);

function adaptive(kind: "adam" | "adamW", { rate, betas: [b1, b2] = [0.9, 0.999], epsilon = 1e-8, decay = 0 }: AdamOptions): Optimiser {
  const coupled = kind === "adam" && decay !== 0;
  const apart = kind === "adamW" && decay !== 0;
  return {
    describe: { [kind]: { rate: typeof rate === "number" ? rate : rate.describe, betas: [b1, b2], epsilon, decay } },
    rate,
    slots: 2,
    update: entrywise(({ value, gradient, slots: [m, v], rate: step, count }) => {
      const g = coupled ? add(gradient, mul(value, decay)) : gradient;
      // β·m + (1 − β)·g, written so that no part of it can be computed (and lie in memory) before the gradient is there
      const towards = (mean: Tensor, to: Tensor, beta: number): Tensor => add(mean, mul(sub(to, mean), 1 - beta));
      const m2 = towards(m as Tensor, g, b1);
      const v2 = towards(v as Tensor, square(g), b2);
      // 1 − βᵗ without the digits that 1 − pow(β, t) loses in float32; a compiled step computes it once for all variables
      const correction = (beta: number): Tensor => neg(expm1(mul(count, Math.log(beta))));
      const root = div(sqrt(v2), sqrt(correction(b2)));
      const change = div(mul(div(step, correction(b1)), m2), add(root, epsilon));
      return { value: sub(value, apart ? add(change, mul(mul(step, decay), value)) : change), slots: [m2, v2] };
    }),
  };
}
