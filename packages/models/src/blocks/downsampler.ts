import { concat } from "@tensorflow/tfjs-core";
import { batchNorm } from "./batch-norm.js";
import { conv } from "./convolutions.js";
import { sequence, type Layer } from "./layer.js";
import { maxPool } from "./shapes.js";

/**
 * Halves a map: concat(conv 3×3 s2 of in → out − in, 2×2 max-pool of x), batch norm, activation. `[B, h, w, in]` → `[B, h / 2, w / 2, out]`. Where `in ≥ out`
 * no pooled channel finds room: the convolution gives all of them [ours]. Variables `conv/…`, `norm/…`, `act/…`. methods.md 2.5, 2.6 [inferred].
 *
 * @example downsampler({ in: 16, out: 64, bias: true, then: activation("relu", 64) })
 */
export function downsampler(options: { readonly in: number; readonly out: number; readonly bias: boolean; readonly then: Layer }): Layer {
  const { in: from, out, bias, then } = options;
  const convolved = conv({ in: from, out: from < out ? out - from : out, size: 3, stride: 2, bias });
  const pool = maxPool(from);
  const halves: Layer = {
    ...convolved,
    channels: { in: from, out },
    build: (make, name) => {
      const [one, other] = [convolved.build(make, name), pool.build(make, name)];
      return from < out ? (x, pass) => concat([one(x, pass), other(x, pass)], 3) : one;
    },
  };
  return sequence([
    ["conv", halves],
    ["norm", batchNorm(out)],
    ["act", then],
  ]);
}
