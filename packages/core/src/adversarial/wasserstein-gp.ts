import { add, mul, neg, sub, type Tensor1D } from "@tensorflow/tfjs-core";
import { bothScores, overImages, perImage, type AdversarialLoss } from "./adversarial-loss.js";
import { wrongPenalty } from "./errors.js";
import { gradientPenalty } from "./gradient-penalty.js";

export interface WassersteinGpOptions {
  /** Factor of the gradient penalty, from 0 on; 0 leaves it out. 10 [code] */
  readonly penalty?: number;
}

/**
 * Wasserstein distance with gradient penalty.
 * Opponent: −E[D(real)] + E[D(fake)] + penalty·E_b[(‖∇_x̂ Σ D(x̂)‖₂ − 1)²], x̂ = a·real + (1 − a)·fake, a ~ U(0, 1), one an image, from the step's noise
 * (site "mix"). Student: −E[D(fake)], which is unbounded: its value is no measure of progress.
 *
 * E is the mean over batch and positions of the score map. What D must be made of: {@link gradientPenalty}.
 * Source: methods.md 3.2.3. WGAN-GP and the factor 10 are [code], the exact form [inferred].
 *
 * @throws core/option, core/adversary-shapes
 * @example { name: "d", module: d, optimiser, loss: (step) => wassersteinGp().opponent({ score, real, fake, noise: step.noise }) }
 */
export function wassersteinGp({ penalty = 10 }: WassersteinGpOptions = {}): AdversarialLoss {
  if (!(penalty >= 0 && penalty < Infinity)) throw wrongPenalty(penalty);
  return {
    describe: { wassersteinGp: { penalty } },
    opponent: (against) => {
      const scores = bothScores(against);
      const distance: Tensor1D = sub(perImage(scores.fake), perImage(scores.real));
      if (penalty === 0) return overImages(distance, against.where);
      const { score, real, fake, noise } = against;
      const steep = gradientPenalty(score, { real, fake, a: noise.uniform("mix", [1, 1, 1]) });
      return overImages(add(distance, mul(penalty, steep)), against.where);
    },
    student: (scores, where) => overImages(neg(perImage(scores)), where),
  };
}
