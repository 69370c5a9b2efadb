import { conv, transposedConv } from "./blocks/convolutions.js";
import { spatialDropout } from "./blocks/dropout.js";
import { xavierUniform as initial } from "./blocks/initialisers.js";
import { sequence } from "./blocks/layer.js";
import { selectiveKernelStage } from "./blocks/selective-kernel.js";
import { maxPool } from "./blocks/shapes.js";
import { stripPooling } from "./blocks/strip-pooling.js";
import { encoderDecoder, isWhole, requireFrame, type CountedSpec, type Level, type LevelTap } from "./encoder-decoder.js";
import { notAWholeNumber } from "./errors.js";

export interface FANetOptions {
  /** Channels of the finest level, even; every level below has twice as many. 64 if left out, the published network. */
  readonly width?: number;
  /** 1 if left out. */
  readonly inputChannels?: number;
  /** K, the background among them. */
  readonly classes: number;
}

export type FANetTap = LevelTap<1 | 2 | 4, "up">;

/** Strip-pooling attention by level (methods.md 2.1 [code]); that the gate is a sigmoid is [ours]. */
const attention = {
  1: { cells: [3, 6], output: "gate" },
  2: { cells: [12, 18], output: "sum" },
  4: { cells: [3, 6], output: "sum" },
} as const;

/**
 * FANet, the reference teacher: a U-Net of four levels whose stages are selective-kernel residual blocks, with strip-pooling attention at the end of
 * every level on the way up. ConvT 2×2 s2 (with bias), concat [skip, up], SK stage, attention; the last attention multiplies its input. Head: channels
 * dropped with probability 1/2 (`dropout2d`), conv 1×1 (with bias) to K. methods.md 2.1 [code; inside of the attention: inferred; order of the concat: ours].
 *
 * Images `[B, H, W, inputChannels]`, H and W multiples of 8, to logits `[B, H, W, K]`. With width C the levels have C, 2C, 4C channels and, at 1/8, the
 * bottleneck c4 8C. Counts at width 64, 1 channel, K = 2: 38,292,290 parameters (+65 a class) [inferred], 41.1 G multiply-accumulates at 128 × 128.
 *
 * Taps: `encoder/<stride>` are c1, c2, c3, the skips; `up/<stride>` the transposed convolutions' outputs up_9, up_8, up_7, BEFORE the concat;
 * `decoder/<stride>` c9, c8, c7, after the attention. The published pair is `encoder/4` (c3) and `up/4` (up_7), 256 channels each (methods.md 2.8 [code]).
 *
 * First values: Xavier-uniform [code], a transposed kernel's fan in a quarter of its own [ours]; biases 0.
 *
 * @throws `models-not-a-whole-number` for width / 2, inputChannels, classes.
 * @example fanet({ classes: 2 }).parameters // 38292290
 */
export function fanet({ width = 64, inputChannels = 1, classes }: FANetOptions): CountedSpec<FANetTap> {
  if (!isWhole(width / 2)) throw notAWholeNumber("fanet", "width / 2", width / 2, 1, "64 is the published width; the smallest is 2.");
  requireFrame("fanet", inputChannels, classes);
  const level = (stride: 1 | 2 | 4): Level<1 | 2 | 4> => {
    const channels = width * stride;
    const stage =
      stride === 1
        ? selectiveKernelStage({ in: inputChannels, out: channels, initial })
        : sequence([
            ["pool", maxPool(channels / 2)],
            ["stage", selectiveKernelStage({ in: channels / 2, out: channels, initial })],
          ]);
    return {
      stride,
      encoder: stage,
      up: transposedConv({ in: 2 * channels, out: channels, size: 2, initial }),
      fuse: sequence([
        ["stage", selectiveKernelStage({ in: 2 * channels, out: channels, initial })],
        ["attention", stripPooling({ channels, ...attention[stride], initial })],
      ]),
    };
  };
  return encoderDecoder<1 | 2 | 4, "up">({
    name: "fanet",
    options: { width },
    classes,
    levels: [level(1), level(2), level(4)],
    tapped: ["up"],
    bottleneck: sequence([
      ["pool", maxPool(4 * width)],
      ["stage", selectiveKernelStage({ in: 4 * width, out: 8 * width, initial })],
    ]),
    head: sequence([
      ["drop", spatialDropout(width, 0.5)],
      ["classify", conv({ in: width, out: classes, size: 1, bias: true, initial })],
    ]),
  });
}
