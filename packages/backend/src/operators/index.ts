import { afterOperator } from "./after.js";
import { float32Barrier } from "./barrier.js";
import { batchNormTraining, batchNormTrainingGrad } from "./batch-norm.js";
import { anyConvolution, anyConvolutionInputGrad, anyConvolutionKernelGrad } from "./convolution.js";
import { registerOperator } from "./operator.js";
import { statelessNormal, statelessUniform } from "./random.js";
import { leakyReluGrad, relu6Grad, reluGrad } from "./rectifiers.js";
import { maxPoolGradGrad } from "./unpool.js";

/** Registers every operator of ours with tfjs, for all backends. */
export function registerOperators(): void {
  for (const operator of [
    afterOperator,
    anyConvolution,
    anyConvolutionInputGrad,
    anyConvolutionKernelGrad,
    batchNormTraining,
    batchNormTrainingGrad,
    reluGrad,
    relu6Grad,
    leakyReluGrad,
    maxPoolGradGrad,
    float32Barrier,
    statelessUniform,
    statelessNormal,
  ])
    registerOperator(operator);
}
