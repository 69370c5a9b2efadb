import { add, mean, mul, rsqrt, square, sub, type Tensor4D } from "@tensorflow/tfjs-core";
import { conv2d } from "@segdistill/backend/ops";
import { conv, type ConvOptions } from "./convolutions.js";
import { heNormalFanIn } from "./initialisers.js";
import type { Layer } from "./layer.js";

const EPSILON = 1e-8;

/**
 * A convolution whose kernel is standardised for every output channel before it is used: `(w − mean) / √(variance + 1e-8)`, (biased) variance, both over
 * rows, columns and input channels. Otherwise as `conv`, without bias; the same variable `kernel`, which gradients reach through the standardisation.
 * Qiao et al. 2019; 1e-8 is what published weights of R50-ViT-B/16 are run with in timm [code]; 1e-5 elsewhere.
 */
export function standardisedConv({
  in: from,
  out,
  size,
  stride = 1,
  initial = heNormalFanIn,
}: ConvOptions & { readonly size: 1 | 3 | 7 }): Layer {
  const area = size * size;
  return {
    ...conv({ in: from, out, size, stride }),
    build: (make, name) => {
      const kernel = make.variable(
        `${name}/kernel`,
        [size, size, from, out],
        initial({ in: area * from, out: area * out }),
      ) as unknown as Tensor4D;
      return (x) => conv2d(x, standardised(kernel), { stride, padding: stride === 1 ? "same" : (size - 1) / 2 });
    },
  };
}

function standardised(kernel: Tensor4D): Tensor4D {
  const centred: Tensor4D = sub(kernel, mean(kernel, [0, 1, 2], true)); // [size, size, in, out]
  return mul(centred, rsqrt(add(mean(square(centred), [0, 1, 2], true), EPSILON)));
}
