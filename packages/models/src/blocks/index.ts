export { added } from "./added.js";
export { batchNorm } from "./batch-norm.js";
export { convNorm } from "./conv-norm.js";
export { conv, depthwise, transposedConv, type Convolution, type ConvOptions } from "./convolutions.js";
export { downsampler } from "./downsampler.js";
export { dropout, spatialDropout } from "./dropout.js";
export { enetBottleneck, enetDown, enetUp, type EnetBottleneckOptions } from "./enet-bottleneck.js";
export { heNormalFanIn, heNormalFanOut, xavierUniform, type Fan, type Initialiser } from "./initialisers.js";
export { invertedResidual } from "./inverted-residual.js";
export { layer, macsAt, sequence, type Climb, type Layer, type Run } from "./layer.js";
export { nonBottleneck1d } from "./non-bottleneck-1d.js";
export { patchDiscriminator, type PatchDiscriminator, type PatchDiscriminatorOptions, type PatchScores } from "./patch-discriminator.js";
export { prelu } from "./prelu.js";
export { saganDiscriminator, type SaganDiscriminatorOptions } from "./sagan-discriminator.js";
export {
  instanceNormalised,
  leaky,
  patchStage,
  scoreConv,
  scorer,
  selfAttention,
  spectralStage,
  squash,
  type KernelNorm,
  type ScoreConvOptions,
  type ScorerPart,
} from "./scorer.js";
export { selectiveKernelStage, selectiveKernelUnit } from "./selective-kernel.js";
export { activation, doubled, maxPool, type Activation } from "./shapes.js";
export { stripPooling, type StripPoolingOptions } from "./strip-pooling.js";
