import { add, exp, mul, neg, stack, type Scalar, type Tensor, type Tensor1D, addN } from "@tensorflow/tfjs-core";
import type { Balancer } from "./contract/index.js";

/**
 * Uncertainty weighting: minimises Σᵢ exp(−sᵢ)·vᵢ + sᵢ over the stage's weighted term values vᵢ ≥ 0, one trained number sᵢ a term, all 0 at the start, where
 * it equals the plain sum. Kendall, Gal and Cipolla, 2018, with s = log σ² and both halves doubled [ours]; made for positive losses, so adversarial terms
 * are better left to a stage without it.
 *
 * @example stage({ …, balance: uncertainty() })
 */
export const uncertainty = (): Balancer => ({
  describe: { uncertainty: {} },
  build: ({ scope, terms }) => {
    const module = scope.module("uncertainty", (make) => ({ s: terms.map((name) => make.variable(name, [], "zeros")) }));
    const s = module.s as readonly Tensor[] as readonly Scalar[];
    const factor = (i: number): Scalar => exp(neg(s[i]!));
    return {
      trains: [module],
      total: (values) => addN(values.map((value, i) => add(mul(factor(i), value), s[i]!))) as Scalar,
      factors: () => stack(s.map((_, i) => factor(i))) as Tensor1D,
    };
  },
});
