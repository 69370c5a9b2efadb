import { batchNorm, buildNorm } from "./batch-norm.js";
import type { Convolution } from "./convolutions.js";
import { layer, sequence, type Layer } from "./layer.js";
import { activation, type Activation } from "./shapes.js";

/**
 * A convolution, batch norm and, unless it is "linear", an activation; variables `conv/kernel`, `norm/scale`, …, with "prelu" `act/slope`. In inference the
 * norm goes into the kernel: act(x ∗ (gain · W) + shift), the same numbers and gradients but for rounding, without a pass over the map.
 * @example convNorm(conv({ in: 1, out: 64, size: 3 }), "relu")
 */
export function convNorm(convolution: Convolution, then: Activation | "linear"): Layer {
  const { out } = convolution.channels;
  const act = then === "linear" ? undefined : activation(then, out);
  return layer({
    ...sequence([["conv", convolution], ["norm", batchNorm(out)], ...(act ? [["act", act] as const] : [])]), // what it costs
    build: (make, name) => {
      const convolve = convolution.buildScaled(make, `${name}/conv`);
      const norm = buildNorm(make, `${name}/norm`, out);
      const activate = act?.build(make, `${name}/act`);
      return (x, pass) => {
        const y = pass.mode === "inference" ? convolve(x, norm.running()) : norm.ofBatch(convolve(x), pass);
        return activate ? activate(y, pass) : y;
      };
    },
  });
}
