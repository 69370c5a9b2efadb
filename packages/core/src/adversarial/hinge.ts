import { add, neg, sub } from "@tensorflow/tfjs-core";
import { float32Barrier, relu } from "@segdistill/backend/ops";
import { bothScores, overImages, perImage, type AdversarialLoss } from "./adversarial-loss.js";

/**
 * Hinge loss. Opponent: E[max(0, 1 − D(real))] + E[max(0, 1 + D(fake))]. Student: −E[D(fake)], which is unbounded. E is the mean over batch and positions of
 * the score map. First order only, so D may be made of anything that scores every image by itself.
 *
 * Lim and Ye, 2017; Miyato et al., 2018; methods.md 1.5 and 3.2.3 [ours].
 *
 * @throws core/adversary-shapes
 */
export const hinge = (): AdversarialLoss => ({
  describe: { hinge: {} },
  opponent: (against) => {
    const scores = bothScores(against);
    const real = perImage(relu(sub(1, float32Barrier(scores.real))));
    return overImages(add(real, perImage(relu(add(1, float32Barrier(scores.fake))))), against.where);
  },
  student: (scores, where) => overImages(neg(perImage(scores)), where),
});
