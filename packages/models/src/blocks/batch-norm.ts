import { add, mul, rsqrt, sub, type Tensor1D } from "@tensorflow/tfjs-core";
import { batchNorm as normalise } from "@segdistill/backend/ops";
import type { Make } from "@segdistill/core/contract";
import type { Affine } from "./convolutions.js";
import { layer, type Layer, type Run } from "./layer.js";

const EPSILON = 1e-5;
/** Weight of the newest batch in the running statistics. */
const MOMENTUM = 0.1;

/**
 * Batch norm over images and positions, a channel at a time: `scale · (x − mean) / √(variance + 1e-5) + offset`, `[B, h, w, C]` → the same.
 *
 * `train` takes the batch's own mean and (biased) variance and moves the running ones once: 0.9 · old + 0.1 · batch, with the unbiased
 * variance; `inference` takes the running ones. Under a still pass nothing moves. methods.md 1.5 [ours].
 */
export const batchNorm = (channels: number): Layer =>
  layer({
    channels: { in: channels, out: channels },
    scale: 1,
    parameters: 2 * channels,
    macs: 0,
    build: (make, name) => {
      const norm = buildNorm(make, name, channels);
      return (x, pass) => {
        if (pass.mode !== "inference") return norm.ofBatch(x, pass);
        const { gain, shift } = norm.running();
        return add(mul(x, gain), shift);
      };
    },
  });

/** A batch norm's two faces: by the batch's statistics, and as gain and shift by the running ones. */
export function buildNorm(make: Make, name: string, channels: number): { readonly ofBatch: Run; readonly running: () => Affine } {
  const scale = make.variable(`${name}/scale`, [channels], "ones") as unknown as Tensor1D;
  const offset = make.variable(`${name}/offset`, [channels], "zeros") as unknown as Tensor1D;
  const mean = make.state(`${name}/mean`, [channels], "zeros");
  const variance = make.state(`${name}/variance`, [channels], "ones");
  return {
    ofBatch: (x, pass) => {
      if (pass.statistics !== "move") return normalise(x, scale, offset, EPSILON).value;
      const moved = normalise(x, scale, offset, EPSILON, {
        mean: mean.value as Tensor1D,
        variance: variance.value as Tensor1D,
        share: MOMENTUM,
      });
      mean.move(moved.mean, pass);
      variance.move(moved.variance, pass);
      return moved.value;
    },
    running: () => {
      const gain = mul<Tensor1D>(scale, rsqrt(add(variance.value, EPSILON)));
      return { gain, shift: sub(offset, mul(mean.value, gain)) };
    },
  };
}
