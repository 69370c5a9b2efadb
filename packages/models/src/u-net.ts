import type { Layer } from "./blocks/layer.js";
import { sequence } from "./blocks/layer.js";
import { conv, transposedConv } from "./blocks/convolutions.js";
import { convNorm } from "./blocks/conv-norm.js";
import { maxPool } from "./blocks/shapes.js";
import { encoderDecoder, isWhole, requireFrame, type CountedSpec, type LevelTap } from "./encoder-decoder.js";
import { notAWholeNumber } from "./errors.js";

export interface UNetOptions {
  /** Channels of the finest level; every level below has twice as many. 64 if left out. */
  readonly width?: number;
  /** A bias in every 3×3 convolution, which batch norm after it makes redundant. false if left out [ours]. */
  readonly bias?: boolean;
  /** 1 if left out. */
  readonly inputChannels?: number;
  /** K, the background among them. */
  readonly classes: number;
}

const strides = [1, 2, 4, 8] as const;
export type UNetTap = LevelTap<(typeof strides)[number]>;

/**
 * U-Net: five levels of two [conv 3×3 – batch norm – ReLU], 2 × 2 max-pools between them; upwards ConvT 2×2 s2 (with bias), concat [skip, up], two
 * more; conv 1×1 (with bias) to K logits. Ronneberger et al. 2015; padding and batch norm as in today's implementations.
 *
 * Images `[B, H, W, inputChannels]`, H and W multiples of 16, to logits `[B, H, W, K]`. With width C the levels have C, 2C, 4C, 8C and, at 1/16, the
 * bottleneck 16C channels. methods.md 2.2 [code: widths; use: ours]. Counts at width 64, 1 channel, K = 2: 31,036,546 parameters (31,042,434 with
 * `bias`), 48.096 G multiply-accumulates at 256 × 256 [inferred].
 *
 * Taps: `encoder/<stride>` is the output of the level's second ReLU, the map that becomes the skip; `decoder/<stride>` the output of the level's
 * second ReLU on the way up, AFTER the concat: `encoder/4` is c3 and `decoder/4` is c7 of methods.md 2.8, 256 channels each [ours].
 *
 * First values: He-normal by fan in, the paper's rule √(2/N); biases 0.
 *
 * @throws `models-not-a-whole-number` for width, inputChannels, classes.
 * @example uNet({ width: 32, classes: 2 }).macs(256, 256)
 */
export function uNet({ width = 64, bias = false, inputChannels = 1, classes }: UNetOptions): CountedSpec<UNetTap> {
  if (!isWhole(width)) throw notAWholeNumber("u-net", "width", width, 1, "64 is the published network, 32 a quarter of its cost.");
  requireFrame("u-net", inputChannels, classes);
  const block = (from: number, out: number): Layer => convNorm(conv({ in: from, out, size: 3, bias }), "relu");
  const stage = (from: number, out: number): [string, Layer][] => [
    ["first", block(from, out)],
    ["second", block(out, out)],
  ];
  const down = (from: number): Layer => sequence([["pool", maxPool(from)], ...stage(from, 2 * from)]);
  return encoderDecoder({
    name: "u-net",
    options: { width, bias },
    classes,
    levels: strides.map((stride) => {
      const channels = width * stride;
      return {
        stride,
        encoder: stride === 1 ? sequence(stage(inputChannels, channels)) : down(channels / 2),
        up: transposedConv({ in: 2 * channels, out: channels, size: 2 }),
        fuse: sequence(stage(2 * channels, channels)),
      };
    }),
    bottleneck: down(8 * width),
    head: conv({ in: width, out: classes, size: 1, bias: true }),
  });
}
