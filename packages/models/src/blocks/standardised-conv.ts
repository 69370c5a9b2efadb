import { add, mean, mul, rsqrt, square, sub, type Tensor4D } from "@tensorflow/tfjs-core";
import { conv, type Convolution, type ConvOptions } from "./convolutions.js";

const EPSILON = 1e-8;

/**
 * A convolution whose kernel is standardised for every output channel before it is used: `(w − mean) / √(variance + 1e-8)`, (biased) variance, both over
 * rows, columns and input channels. Otherwise as `conv`; the same variable `kernel`, which gradients reach through the standardisation.
 * Qiao et al. 2019; 1e-8 is what published weights of R50-ViT-B/16 are run with in timm [code]; 1e-5 elsewhere.
 */
export const standardisedConv = (options: ConvOptions): Convolution => conv({ ...options, kernelOf: standardised });

function standardised(kernel: Tensor4D): Tensor4D {
  const centred: Tensor4D = sub(kernel, mean(kernel, [0, 1, 2], true)); // [rows, columns, in, out]
  return mul(centred, rsqrt(add(mean(square(centred), [0, 1, 2], true), EPSILON)));
}
