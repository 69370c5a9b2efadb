import { convNorm } from "./blocks/conv-norm.js";
import { transposedConv } from "./blocks/convolutions.js";
import { downsampler } from "./blocks/downsampler.js";
import { sequence, type Climb, type Layer } from "./blocks/layer.js";
import { nonBottleneck1d } from "./blocks/non-bottleneck-1d.js";
import { activation } from "./blocks/shapes.js";
import { encoderDecoder, requireFrame, type CountedSpec, type LevelTap } from "./encoder-decoder.js";

export interface ERFNetOptions {
  /** 1 if left out. */
  readonly inputChannels?: number;
  /** K, the background among them. */
  readonly classes: number;
}

export type ERFNetTap = LevelTap<2 | 4>;

const down = (from: number, out: number): Layer => downsampler({ in: from, out, bias: true, then: activation("relu", out) });

/** ConvT 3×3 s2 (pad 1, output padding 1) – norm – ReLU; no skip is read. */
function up(from: number, out: number): Climb {
  const layer = convNorm(transposedConv({ in: from, out, size: 3 }), "relu");
  return {
    ...layer,
    reads: "nothing",
    build: (make, name) => {
      const run = layer.build(make, name);
      return (x, _, pass) => run(x, pass);
    },
  };
}

/** Non-bottleneck-1D blocks named `block1`, `block2`, …, one for each dilation. */
const blocks = (channels: number, dropout: number, dilations: readonly number[], from = 1): [string, Layer][] =>
  dilations.map((dilation, i) => [`block${from + i}`, nonBottleneck1d({ channels, dilation, dropout })]);

/**
 * ERFNet: three downsamplers (conv 3×3 s2 beside a max-pool), non-bottleneck-1D blocks (factorised residual blocks, dilated at 1/8), transposed
 * convolutions upwards without skips, ConvT 2×2 s2 to K; biases in all convolutions. Romera et al. 2018; methods.md 2.6 [code: used; layers: inferred].
 *
 * Images `[B, H, W, inputChannels]`, H and W multiples of 8, to logits `[B, H, W, K]`; bottleneck: 128 channels at 1/8, the end of the encoder [ours]. Counts at
 * 1 channel, K = 2: 2,062,872 parameters (+65 a class), 3,304,177,664 multiply-accumulates at 256 × 256 [inferred]; the public code's unused classifier
 * of the encoder is left out. With 16 or more input channels the first convolution gives all 16 channels [ours].
 *
 * Taps: `encoder/4` is the second downsampler's output, BEFORE the five blocks at that resolution, which belong to the way to the bottleneck, and `decoder/4` the
 * output of the two blocks after the first transposed convolution, 64 channels each [code]; `encoder/2` the first downsampler, `decoder/2` the last block, 16
 * channels each [ours].
 *
 * Dropout of whole channels: 0.03 at 1/4, 0.3 at 1/8, none upwards [inferred]. First values: He-normal by fan in, biases 0 [ours].
 *
 * @throws `models-not-a-whole-number` for inputChannels, classes.
 * @example erfnet({ classes: 2 }).parameters // 2062872
 */
export function erfnet({ inputChannels = 1, classes }: ERFNetOptions): CountedSpec<ERFNetTap> {
  requireFrame("erfnet", inputChannels, classes);
  return encoderDecoder<2 | 4>({
    name: "erfnet",
    options: {},
    classes,
    levels: [
      { stride: 2, encoder: down(inputChannels, 16), up: up(64, 16), fuse: sequence(blocks(16, 0, [1, 1])) },
      { stride: 4, encoder: down(16, 64), up: up(128, 64), fuse: sequence(blocks(64, 0, [1, 1])) },
    ],
    bottleneck: sequence([
      ...blocks(64, 0.03, [1, 1, 1, 1, 1]),
      ["down", down(64, 128)],
      ...blocks(128, 0.3, [2, 4, 8, 16, 2, 4, 8, 16], 6),
    ]),
    head: transposedConv({ in: 16, out: classes, size: 2 }),
  });
}
