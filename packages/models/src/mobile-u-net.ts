import { conv, transposedConv } from "./blocks/convolutions.js";
import { convNorm } from "./blocks/conv-norm.js";
import { heNormalFanOut } from "./blocks/initialisers.js";
import { invertedResidual } from "./blocks/inverted-residual.js";
import { sequence, type Layer } from "./blocks/layer.js";
import { doubled } from "./blocks/shapes.js";
import { encoderDecoder, requireFrame, type CountedSpec, type Level, type LevelTap } from "./encoder-decoder.js";

export interface MobileUNetOptions {
  /** 1 if left out. */
  readonly inputChannels?: number;
  /** K, the background among them. */
  readonly classes: number;
}

export type MobileUNetTap = LevelTap<2 | 4 | 8 | 16>;

/** `count` inverted residuals of `channels`, the first with the stride. */
interface Row {
  readonly expansion: number;
  readonly channels: number;
  readonly count: number;
  readonly stride: number;
}

const row = (expansion: number, channels: number, count: number, stride: number): Row => ({ expansion, channels, count, stride });

/** MobileNetV2 at width 1.0, cut where the resolution changes (methods.md 2.4 [code]). */
const rows = {
  2: [row(1, 16, 1, 1)],
  4: [row(6, 24, 2, 2)],
  8: [row(6, 32, 3, 2)],
  16: [row(6, 64, 4, 2), row(6, 96, 3, 1)],
  32: [row(6, 160, 3, 2), row(6, 320, 1, 1)],
};

const initial = heNormalFanOut;

/** The blocks of some rows, named `residual1`, `residual2`, … */
function residuals(from: number, list: readonly Row[]): [string, Layer][] {
  let channels = from;
  const blocks = list.flatMap(({ expansion, channels: out, count, stride }) =>
    Array.from({ length: count }, (_, i) => {
      const block = invertedResidual({ in: channels, out, expansion, stride: i === 0 ? stride : 1 });
      channels = out;
      return block;
    }),
  );
  return blocks.map((block, i) => [`residual${i + 1}`, block]);
}

function level<Stride extends 2 | 4 | 8 | 16>(stride: Stride, encoder: Layer, below: number): Level<Stride> {
  const channels = encoder.channels.out;
  return {
    stride,
    encoder,
    up: transposedConv({ in: below, out: channels, size: 4, initial }),
    fuse: invertedResidual({ in: 2 * channels, out: channels, expansion: 6 }),
  };
}

/**
 * Mobile U-Net: MobileNetV2 (width 1.0, not pre-trained, ReLU6) as encoder; upwards ConvT 4×4 s2 p1 (with bias), concat [skip, up], one inverted
 * residual; conv 1×1 to 3, conv 1×1 to K (both with bias), bilinear × 2. methods.md 2.4 [code; half-pixel centres: ours].
 *
 * Images `[B, H, W, inputChannels]`, H and W multiples of 32, to logits `[B, H, W, K]`; bottleneck x5: 1280 channels at 1/32. Counts at 1 channel,
 * K = 2: 4,682,323 parameters (+4 a class), 962,519,040 multiply-accumulates at 256 × 256 [inferred].
 *
 * Taps: `encoder/<stride>` is the last projection of that resolution, linear and signed, the map that becomes the skip (x1 … x4);
 * `decoder/<stride>` the inverted residual's output AFTER the concat (up4 … up1): `encoder/4` is x2 and `decoder/4` is up3 of methods.md 2.8, 24
 * channels each [code]. That up3 names the end of its row of the table, and not the transposed convolution with as many channels, is [inferred] from the table's
 * column "output".
 *
 * First values: He-normal by fan out [code]; biases 0.
 *
 * @throws `models-not-a-whole-number` for inputChannels, classes.
 * @example mobileUNet({ classes: 2 }).parameters // 4682323
 */
export function mobileUNet({ inputChannels = 1, classes }: MobileUNetOptions): CountedSpec<MobileUNetTap> {
  requireFrame("mobile-u-net", inputChannels, classes);
  const stem = convNorm(conv({ in: inputChannels, out: 32, size: 3, stride: 2, initial }), "relu6");
  return encoderDecoder<2 | 4 | 8 | 16>({
    name: "mobile-u-net",
    options: {},
    classes,
    levels: [
      level(2, sequence([["stem", stem], ...residuals(32, rows[2])]), 24),
      level(4, sequence(residuals(16, rows[4])), 32),
      level(8, sequence(residuals(24, rows[8])), 96),
      level(16, sequence(residuals(32, rows[16])), 1280),
    ],
    bottleneck: sequence([...residuals(96, rows[32]), ["widen", convNorm(conv({ in: 320, out: 1280, size: 1, initial }), "relu6")]]),
    head: sequence([
      ["reduce", conv({ in: 16, out: 3, size: 1, bias: true, initial })],
      ["classify", conv({ in: 3, out: classes, size: 1, bias: true, initial })],
      ["double", doubled(classes)],
    ]),
  });
}
