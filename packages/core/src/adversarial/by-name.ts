import type { AdversarialLoss } from "./adversarial-loss.js";
import { hinge } from "./hinge.js";
import { leastSquares } from "./least-squares.js";
import { wassersteinGp } from "./wasserstein-gp.js";

/** The losses by the names that configurations have: `adversarialLosses["wgan-gp"]()`. */
export const adversarialLosses = { "wgan-gp": wassersteinGp, lsgan: leastSquares, hinge } as const satisfies Readonly<
  Record<string, () => AdversarialLoss>
>;
