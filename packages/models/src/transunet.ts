import { conv } from "./blocks/convolutions.js";
import { convNorm } from "./blocks/conv-norm.js";
import { sequence, type Layer } from "./blocks/layer.js";
import { resNetConv, resNetStage, stemPool, type ResNetNorm } from "./blocks/res-net.js";
import { doubled } from "./blocks/shapes.js";
import { layerNorm, positions, transformerLayer } from "./blocks/transformer.js";
import { encoderDecoder, isWhole, requireFrame, type CountedSpec, type LevelTap } from "./encoder-decoder.js";
import { notAChoice, notAWholeNumber } from "./errors.js";

export interface TransunetOptions {
  /** "base", R50-ViT-B/16, or "small" [ours]. "base" if left out. */
  readonly size?: keyof typeof transunetSizes;
  /** "group" (after standardised convolutions) or "batch" in the ResNet. "group" if left out. */
  readonly norm?: "group" | "batch";
  /** Side in pixels of the pictures whose positions are learned, a multiple of 16; other sizes get them resized. 224 if left out. */
  readonly image?: number;
  /** 1 if left out. */
  readonly inputChannels?: number;
  /** K, the background among them. */
  readonly classes: number;
}

export type TransunetTap = LevelTap<2 | 4 | 8>;

/** What the two sizes are made of. */
const transunetSizes = {
  base: { stem: 64, groups: 32, blocks: [3, 4, 9], hidden: 768, layers: 12, heads: 12, inner: 3072, decoder: [256, 128, 64, 16] },
  small: { stem: 32, groups: 16, blocks: [1, 2, 2], hidden: 192, layers: 4, heads: 3, inner: 768, decoder: [128, 64, 32, 16] },
} as const;

const norms: readonly string[] = ["group", "batch"];

/**
 * TransUNet, R50-ViT-B/16: a ResNet-50 of a stem and three stages of 3, 4 and 9 blocks, its 1/16 map as tokens of a transformer of 12 layers; upwards conv
 * 3×3 to 512, then four times bilinear × 2, concat [skip, up], two [conv 3×3 – batch norm – ReLU]; conv 3×3 (with bias) to K. Chen et al. 2021; methods.md
 * 2.3 [inferred: public design].
 *
 * Images `[B, H, W, inputChannels]`, H and W multiples of 16, to logits `[B, H, W, K]`.
 *
 * Taps: `encoder/2`, `encoder/4`, `encoder/8` are stem, first and second stage, the maps that become skips; `decoder/8`, `decoder/4`, `decoder/2` the first
 * three decoder blocks' outputs: `encoder/4` (256 channels) and `decoder/4` (128) are the pair of methods.md 2.3 [ours]. Bottleneck [ours]: the tokens after
 * the last layer norm as a map, 768 @ 1/16.
 *
 * `norm: "group"` is the form of Google's R50-ViT-B/16 checkpoint (group norm of 32 groups after weight-standardised convolutions), which one published file
 * fills, ResNet and transformer; `norm: "batch"` is torchvision's ResNet-50 [ours: methods.md is silent]. Both pad strided convolutions on both sides
 * (methods.md 1.4) and pool 3×3 with padding 1.
 *
 * Ours: `size: "small"`; the learned grid of `image` / 16 positions a side, resized bilinearly for other pictures; no dropout; half-pixel centres.
 *
 * @throws `models-not-a-whole-number` for image, inputChannels, classes; `models-not-a-choice` for size, norm.
 * @example transunet({ classes: 2, size: "small" })
 */
export function transunet(options: TransunetOptions): CountedSpec<TransunetTap> {
  const { size = "base", norm = "group", image = 224, inputChannels = 1, classes } = options;
  if (!(size in transunetSizes)) throw notAChoice("transunet", "size", size, Object.keys(transunetSizes));
  if (!norms.includes(norm)) throw notAChoice("transunet", "norm", norm, norms);
  if (!isWhole(image / 16))
    throw notAWholeNumber("transunet", "image / 16", image / 16, 1, "224 and 256 are usual; any multiple of 16 works.");
  requireFrame("transunet", inputChannels, classes);
  const { stem, groups, blocks, hidden, layers, heads, inner, decoder } = transunetSizes[size];
  const kind: ResNetNorm = norm === "batch" ? norm : { groups };
  const wide = [4 * stem, 8 * stem, 16 * stem] as const;
  const stage = (i: 0 | 1 | 2): [string, Layer][] =>
    resNetStage({ in: i === 0 ? stem : wide[i - 1]!, out: wide[i], stride: i === 0 ? 1 : 2, count: blocks[i] }, kind);
  const block = (from: number, out: number): Layer => convNorm(conv({ in: from, out, size: 3 }), "relu");
  const fuse = (from: number, out: number): Layer =>
    sequence([
      ["first", block(from, out)],
      ["second", block(out, out)],
    ]);
  const [d8, d4, d2, d1] = decoder;
  const side = image / 16;
  return encoderDecoder<2 | 4 | 8>({
    name: "transunet",
    options: { size, norm, image },
    classes,
    levels: [
      {
        stride: 2,
        encoder: sequence([["stem", resNetConv({ in: inputChannels, out: stem, size: 7, stride: 2 }, kind, "relu")]]),
        up: doubled(d4),
        fuse: fuse(stem + d4, d2),
      },
      { stride: 4, encoder: sequence([["pool", stemPool(stem)], ...stage(0)]), up: doubled(d8), fuse: fuse(wide[0] + d8, d4) },
      {
        stride: 8,
        encoder: sequence(stage(1)),
        up: sequence([
          ["reduce", block(hidden, 2 * d8)],
          ["double", doubled(2 * d8)],
        ]),
        fuse: fuse(wide[1] + 2 * d8, d8),
      },
    ],
    bottleneck: sequence([
      ...stage(2),
      ["embed", conv({ in: wide[2], out: hidden, size: 1, bias: true })],
      ["positions", positions(hidden, [side, side])],
      ...Array.from({ length: layers }, (_, i) => [`layer${i + 1}`, transformerLayer({ channels: hidden, heads, inner })] as const),
      ["norm", layerNorm(hidden)],
    ]),
    head: sequence([
      ["double", doubled(d2)],
      ["first", block(d2, d1)],
      ["second", block(d1, d1)],
      ["classify", conv({ in: d1, out: classes, size: 3, bias: true })],
    ]),
  });
}
