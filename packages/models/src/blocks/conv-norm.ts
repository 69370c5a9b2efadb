import { add, type Tensor4D } from "@tensorflow/tfjs-core";
import { batchNorm, buildNorm } from "./batch-norm.js";
import type { Convolution } from "./convolutions.js";
import { layer, sequence, type Layer } from "./layer.js";
import { activation, type Activation } from "./shapes.js";

/**
 * A convolution, batch norm and, unless it is "linear", an activation; variables `conv/kernel`, `norm/scale`, …, with "prelu" `act/slope`. In inference the
 * norm goes into the kernel: act(x ∗ (gain · W) + shift), the same numbers but for rounding, without a pass over the map.
 * @example convNorm(conv({ in: 1, out: 64, size: 3 }), "relu")
 */
export function convNorm(convolution: Convolution, then: Activation | "linear"): Layer {
  const { in: from, out } = convolution.channels;
  const act = then === "linear" ? undefined : activation(then, out);
  const parts = sequence([["conv", convolution], ["norm", batchNorm(out)], ...(act ? [["act", act] as const] : [])]);
  return layer({
    ...parts,
    channels: { in: from, out },
    build: (make, name) => {
      const convolve = convolution.buildScaled(make, `${name}/conv`);
      const norm = buildNorm(make, `${name}/norm`, out);
      const activate = act?.build(make, `${name}/act`);
      const inKernel = (x: Tensor4D): Tensor4D => {
        const { gain, shift } = norm.running();
        return add(convolve(x, gain), shift);
      };
      return (x, pass) => {
        const y = pass.mode === "inference" ? inKernel(x) : norm.ofBatch(convolve(x), pass);
        return activate ? activate(y, pass) : y;
      };
    },
  });
}
