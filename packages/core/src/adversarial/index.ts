export type { AdversarialLoss, Against } from "./adversarial-loss.js";
export { adversarialLosses } from "./by-name.js";
export { gradientPenalty } from "./gradient-penalty.js";
export { hinge } from "./hinge.js";
export { leastSquares } from "./least-squares.js";
export { spectralNorm } from "./spectral-norm.js";
export { wassersteinGp, type WassersteinGpOptions } from "./wasserstein-gp.js";
