export { batchNorm } from "./batch-norm.js";
export { convNorm } from "./conv-norm.js";
export { conv, depthwise, transposedConv, type ConvOptions } from "./convolutions.js";
export { dropout, spatialDropout } from "./dropout.js";
export { heNormalFanIn, heNormalFanOut, xavierUniform, type Fan, type Initialiser } from "./initialisers.js";
export { invertedResidual } from "./inverted-residual.js";
export { macsAt, sequence, type Layer, type Run } from "./layer.js";
export { activation, doubled, maxPool } from "./shapes.js";
