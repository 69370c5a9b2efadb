export { batchNorm } from "./batch-norm.js";
export { convNorm } from "./conv-norm.js";
export { conv, depthwise, transposedConv, type ConvOptions } from "./convolutions.js";
export { heNormalFanIn, heNormalFanOut, type Fan, type Initialiser } from "./initialisers.js";
export { invertedResidual } from "./inverted-residual.js";
export { sequence, type Layer, type Run } from "./layer.js";
export { activation, doubled, maxPool } from "./shapes.js";
