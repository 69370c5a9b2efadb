import { exp, neg, stack, type Tensor, type Tensor1D } from "@tensorflow/tfjs-core";
import type { Balancer } from "./contract/index.js";

/**
 * Uncertainty weighting: minimises Σᵢ wᵢ·(exp(−sᵢ)·vᵢ + sᵢ) over the stage's term values vᵢ ≥ 0 with their weights wᵢ, one trained number sᵢ a term, all 0 at the
 * start, where it equals the plain sum. A term that weighs 0 leaves its number where it is. Kendall, Gal and Cipolla, 2018, with s = log σ², both halves doubled and
 * the weights outside [ours]; made for positive losses, so adversarial terms are better left to a stage without it.
 *
 * @example stage({ …, balance: uncertainty() })
 */
export const uncertainty = (): Balancer => ({
  describe: { uncertainty: {} },
  build: ({ scope, terms }) => {
    const module = scope.module("uncertainty", (make) => ({ s: terms.map((name) => make.variable(name, [], "zeros")) }));
    const all = (): Tensor1D => stack(module.s as readonly Tensor[] as Tensor[]) as Tensor1D;
    return { trains: [module], factors: () => exp(neg(all())), penalties: all };
  },
});
