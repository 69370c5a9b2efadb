export { type Interval } from "./bootstrap.js";
export { frechetOfGaussians, frechetOfRows } from "./frechet.js";
export { gaussianOf, type Gaussian, type Shrink } from "./gaussian.js";
export { type Latents } from "./latents.js";
export { mergedMoments, momentsOf, streamMoments, type Moments, type MomentStream } from "./moments.js";
export { principalComponents, type PrincipalComponents } from "./principal.js";
export { fsdAlign, fsdDomain, fsdPred, type Fsd, type FsdOptions, type LatentSet } from "./readings.js";
