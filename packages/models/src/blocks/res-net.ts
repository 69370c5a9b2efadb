import { maxPool } from "@segdistill/backend/ops";
import { added } from "./added.js";
import { convNorm } from "./conv-norm.js";
import { conv } from "./convolutions.js";
import { groupNorm } from "./group-norm.js";
import { heNormalFanOut } from "./initialisers.js";
import { sequence, type Layer } from "./layer.js";
import { activation, plain } from "./shapes.js";
import { standardisedConv } from "./standardised-conv.js";

/** Batch norm after plain convolutions, or group norm (so many groups) after standardised ones. */
export type ResNetNorm = "batch" | { readonly groups: number };

/** A convolution, its norm and, unless it is "linear", ReLU: variables `conv/kernel`, `norm/scale`, … */
export function resNetConv(
  { in: from, out, size, stride = 1 }: { readonly in: number; readonly out: number; readonly size: 1 | 3 | 7; readonly stride?: number },
  norm: ResNetNorm,
  then: "relu" | "linear",
): Layer {
  const shape = { in: from, out, size, stride, initial: heNormalFanOut };
  if (norm === "batch") return convNorm(conv(shape), then);
  return sequence([
    ["conv", standardisedConv(shape)],
    ["norm", groupNorm(out, norm.groups)],
    ...(then === "relu" ? [["act", activation("relu", out)] as const] : []),
  ]);
}

/**
 * ResNet's block with a narrow middle: 1×1 to out / 4, 3×3 with the stride, 1×1 to out, a norm after each, ReLU after the first two; plus the input (where
 * stride or channels change: 1×1 with the stride and a norm); ReLU. `[B, h, w, in]` → `[B, h / stride, w / stride, out]`.
 * Variables `first/…`, `second/…`, `third/…`, `shortcut/…`. He et al. 2015, with the stride in the 3×3 as in today's implementations.
 */
function resNetBlock(
  { in: from, out, stride = 1 }: { readonly in: number; readonly out: number; readonly stride?: number },
  norm: ResNetNorm,
): Layer {
  const inner = out / 4;
  const path = sequence([
    ["first", resNetConv({ in: from, out: inner, size: 1 }, norm, "relu")],
    ["second", resNetConv({ in: inner, out: inner, size: 3, stride }, norm, "relu")],
    ["third", resNetConv({ in: inner, out, size: 1 }, norm, "linear")],
  ]);
  const then = activation("relu", out);
  if (stride === 1 && from === out) return added({ path, then });
  return added({ path, shortcut: resNetConv({ in: from, out, size: 1, stride }, norm, "linear"), then });
}

/** `count` blocks named `block1`, `block2`, …; the first has the stride. */
export const resNetStage = (
  { in: from, out, stride, count }: { readonly in: number; readonly out: number; readonly stride: number; readonly count: number },
  norm: ResNetNorm,
): [string, Layer][] =>
  Array.from({ length: count }, (_, i) => [`block${i + 1}`, resNetBlock(i === 0 ? { in: from, out, stride } : { in: out, out }, norm)]);

/** The greatest of every 3 × 3 positions around every second one: `[B, h, w, C]` → `[B, h / 2, w / 2, C]`; what stands around never is the greatest. */
export const stemPool = (channels: number): Layer => plain(channels, 1 / 2, (x) => maxPool(x, { size: 3, stride: 2, padding: 1 }));
