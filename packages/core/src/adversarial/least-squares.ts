import { add, mul, square, sub, type Tensor, type Tensor1D } from "@tensorflow/tfjs-core";
import { float32Barrier } from "@segdistill/backend/ops";
import { bothScores, overImages, perImage, type AdversarialLoss } from "./adversarial-loss.js";

/** ½·mean of (x − to)² over an image. */
const half = (scores: Tensor, to: number): Tensor1D => mul(0.5, perImage(square(sub(float32Barrier(scores), to))));

/**
 * Least squares (LSGAN). Opponent: ½E[(D(real) − 1)²] + ½E[D(fake)²]. Student: ½E[(D(fake) − 1)²]. E is the mean over batch and positions of the score map.
 * First order only, so D may be made of anything that scores every image by itself.
 *
 * Mao et al., 2017; methods.md 1.5 and 3.2.3 [ours].
 *
 * @throws core/adversary-shapes
 */
export const leastSquares = (): AdversarialLoss => ({
  describe: { leastSquares: {} },
  opponent: (against) => {
    const scores = bothScores(against);
    return overImages(add(half(scores.real, 1), half(scores.fake, 0)), against.where);
  },
  student: (scores, where) => overImages(half(scores, 1), where),
});
