import { leakyRelu } from "@segdistill/backend/ops";
import { conv } from "@segdistill/models/blocks";
import type { Make } from "@segdistill/core/contract";
import type { Tensor4D } from "@tensorflow/tfjs-core";

/** A map `[B, h, w, C]` to one of the same size and other channels. */
export type Translate = (map: Tensor4D) => Tensor4D;

export interface Paraphraser {
  /** Numbers that an optimiser moves. */
  readonly parameters: number;
  /** Makes the variables `encode/1/kernel` … `decode/3/bias`. */
  readonly build: (make: Make) => { readonly encode: Translate; readonly decode: Translate };
}

/** Convolutions 3×3 with bias and leaky ReLU (0.1), one after the other, through these numbers of channels. */
export function translator(widths: readonly number[]): {
  readonly parameters: number;
  readonly build: (make: Make, name: string) => Translate;
} {
  const layers = widths.slice(1).map((out, i) => conv({ in: widths[i]!, out, size: 3, bias: true }));
  return {
    parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
    build: (make, name) => {
      const runs = layers.map(({ buildScaled }, i) => buildScaled(make, `${name}/${i + 1}`));
      return (map) => runs.reduce((x, run) => leakyRelu(run(x), 0.1), map);
    },
  };
}

/**
 * Brings a teacher's map `[B, h, w, from]` to the student's channels `[B, h, w, to]` and back: an autoencoder over channels. Encoder: conv 3×3 from → from → to → to;
 * decoder: to → to → from → from; each with bias and leaky ReLU (0.1), the last one too; stride 1, zeros around, no norm.
 *
 * The decoder's layers are transposed convolutions in the released code. At stride 1 with padding 1 such a layer is a convolution whose kernel is turned round,
 * which is what stands here. First values are He-normal by fan in [ours].
 *
 * methods.md 3.2.1 [code]; 2.7: 1,301,448 parameters for 256 → 24.
 *
 * @example paraphraser({ from: 256, to: 24 }).parameters // 1301448
 */
export function paraphraser({ from, to }: { readonly from: number; readonly to: number }): Paraphraser {
  const [down, up] = [translator([from, from, to, to]), translator([to, to, from, from])];
  return {
    parameters: down.parameters + up.parameters,
    build: (make) => ({ encode: down.build(make, "encode"), decode: up.build(make, "decode") }),
  };
}
