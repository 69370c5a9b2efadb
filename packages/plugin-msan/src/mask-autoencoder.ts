import type { Tensor4D } from "@tensorflow/tfjs-core";
import type { Make, Pass } from "@segdistill/core/contract";
import {
  conv,
  maxPool,
  selectiveKernelStage,
  sequence,
  spatialDropout,
  transposedConv,
  xavierUniform as initial,
  type Layer,
} from "@segdistill/models/blocks";

export interface MaskAutoencoderOptions {
  /** Of a mask: 1 for a foreground, K for one-hot classes [ours]. */
  readonly channels: number;
  /** Channels of its finest level, even; the latent map has 8 times as many. 64 [code] */
  readonly width?: number;
}

export interface MaskAutoencoder {
  /** Numbers that an optimiser moves. */
  readonly parameters: number;
  /** d: channels of the latent map. */
  readonly size: number;
  /** Height and width of masks must be multiples of this; the latent map is as much smaller. */
  readonly multiple: 8;
  readonly build: (make: Make) => {
    /** Masks `[B, H, W, channels]` of 0 and 1 to M `[B, H/8, W/8, d]`. */
    readonly encode: (masks: Tensor4D, pass: Pass) => Tensor4D;
    /** M to logits `[B, H, W, channels]`. */
    readonly decode: (map: Tensor4D, pass: Pass) => Tensor4D;
  };
}

/**
 * P-SAE without its headers: FANet's encoder on masks, and a decoder without skips. Encoder: SK stages of C, 2C, 4C, 8C channels, 2 × 2 max-pools between them; decoder: ConvT
 * 2 × 2 s2 to 4C, 2C, C without anything between, channels dropped with probability 1/2, conv 1 × 1; all with bias but the SK blocks' outer convolutions.
 *
 * Variables `encoder/1/…`, …, `encoder/8/…`, `decoder/4/…`, `decoder/2/…`, `decoder/1/…`, `head/…`. methods.md 3.4.1 [code: structure; first values as FANet's: inferred].
 *
 * @example maskAutoencoder({ channels: 1 }).parameters // 26828353
 */
export function maskAutoencoder({ channels, width = 64 }: MaskAutoencoderOptions): MaskAutoencoder {
  const stage = (from: number, to: number): Layer => selectiveKernelStage({ in: from, out: to, initial });
  const up = (from: number): Layer => transposedConv({ in: from, out: from / 2, size: 2, initial });
  const encoder = sequence([
    ["1", stage(channels, width)],
    ...[2, 4, 8].map((stride): [string, Layer] => {
      const from = (width * stride) / 2;
      return [`${stride}`, sequence([["pool", maxPool(from)], ["stage", stage(from, 2 * from)]])]; // prettier-ignore
    }),
  ]);
  const decoder = sequence([4, 2, 1].map((stride): [string, Layer] => [`${stride}`, up(2 * stride * width)]));
  const head = sequence([
    ["drop", spatialDropout(width, 0.5)],
    ["classify", conv({ in: width, out: channels, size: 1, bias: true, initial })],
  ]);
  return {
    parameters: encoder.parameters + decoder.parameters + head.parameters,
    size: 8 * width,
    multiple: 8,
    build: (make) => {
      const [down, back, answer] = [encoder.build(make, "encoder"), decoder.build(make, "decoder"), head.build(make, "head")];
      return { encode: down, decode: (map, pass) => answer(back(map, pass), pass) };
    },
  };
}
