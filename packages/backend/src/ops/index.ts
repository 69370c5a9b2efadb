export { after } from "../operators/after.js";
export { type ConvolutionOptions, conv2d, convTranspose2d, depthwiseConv2d } from "./convolution.js";
export { crossEntropy } from "./losses.js";
export { float32Barrier, maxPool, relu, relu6, resizeBilinear } from "./maps.js";
export { type BatchNormalised, batchNorm, batchNormInference } from "./normalisation.js";
export { statelessNormal, statelessUniform } from "./random.js";
export { logSoftmax, softmax } from "./softmax.js";
