import { transposedConv } from "./blocks/convolutions.js";
import { downsampler } from "./blocks/downsampler.js";
import { enetBottleneck, enetDown, enetUp } from "./blocks/enet-bottleneck.js";
import { sequence, type Layer } from "./blocks/layer.js";
import { prelu } from "./blocks/prelu.js";
import { encoderDecoder, requireFrame, type CountedSpec, type LevelTap } from "./encoder-decoder.js";

export interface ENetOptions {
  /** 1 if left out. */
  readonly inputChannels?: number;
  /** K, the background among them. */
  readonly classes: number;
}

export type ENetTap = LevelTap<2 | 4>;

/** Stages 2 and 3 of the table, each of these once (methods.md 2.5). */
const mains = ["regular", { dilated: 2 }, "asymmetric", { dilated: 4 }, "regular", { dilated: 8 }, "asymmetric", { dilated: 16 }] as const;

/** Named `block1`, `block2`, … */
const numbered = (layers: readonly Layer[]): [string, Layer][] => layers.map((layer, i) => [`block${i + 1}`, layer]);

/**
 * ENet: an initial block (conv 3×3 s2 beside a max-pool of the image), bottlenecks of inner width a quarter, dilated and asymmetric ones at 1/8, two
 * bottlenecks upwards that put values back where the encoder's max-pools found them; ConvT 3×3 s2 (pad 1, output padding 1, no bias) to K. Paszke et al.
 * 2016; methods.md 2.5 [code: used; layers: inferred].
 *
 * Images `[B, H, W, inputChannels]`, H and W multiples of 8, to logits `[B, H, W, K]`; bottleneck: 128 channels at 1/8, the end of stage 3 [ours]. Counts at 1
 * channel, K = 2: 348,996 parameters (+144 a class), 461,029,376 multiply-accumulates at 256 × 256 [inferred]. With 16 or more input channels the
 * initial convolution gives all 16 channels [ours].
 *
 * Taps: `encoder/4` after bottleneck 1.4 and `decoder/4` after 4.2, 64 channels each [code]; `encoder/2` after the initial block and `decoder/2` after 5.1,
 * 16 channels each [ours]. The skips are the encoder's taps: their maxima are where unpooled values go, nothing else of them is read.
 *
 * PReLU of one slope in the encoder, ReLU in the decoder [inferred]; dropout of whole channels at the end of every bottleneck, 0.01 at 1.x, 0.1 after
 * [inferred; upwards: the paper's rule "0.1 afterwards"]. First values: He-normal by fan in, slopes 0.25 [ours].
 *
 * @throws `models-not-a-whole-number` for inputChannels, classes.
 * @example enet({ classes: 2 }).parameters // 348996
 */
export function enet({ inputChannels = 1, classes }: ENetOptions): CountedSpec<ENetTap> {
  requireFrame("enet", inputChannels, classes);
  const early = { act: "prelu", dropout: 0.01 } as const;
  const late = { act: "prelu", dropout: 0.1 } as const;
  const upwards = { act: "relu", dropout: 0.1 } as const;
  const regular = (count: number, channels: number, how: typeof early | typeof upwards): [string, Layer][] =>
    numbered(Array.from({ length: count }, () => enetBottleneck({ channels, ...how })));
  return encoderDecoder<2 | 4>({
    name: "enet",
    options: {},
    classes,
    levels: [
      {
        stride: 2,
        encoder: downsampler({ in: inputChannels, out: 16, bias: false, then: prelu(16) }),
        up: enetUp({ in: 64, out: 16, ...upwards }),
        fuse: sequence(regular(1, 16, upwards)),
      },
      {
        stride: 4,
        encoder: sequence([["down", enetDown({ in: 16, out: 64, ...early })], ...regular(4, 64, early)]),
        up: enetUp({ in: 128, out: 64, ...upwards }),
        fuse: sequence(regular(2, 64, upwards)),
      },
    ],
    bottleneck: sequence([
      ["down", enetDown({ in: 64, out: 128, ...late })],
      ...numbered([...mains, ...mains].map((main) => enetBottleneck({ channels: 128, main, ...late }))),
    ]),
    head: transposedConv({ in: 16, out: classes, size: 3, bias: false }),
  });
}
