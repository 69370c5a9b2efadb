import { less, mul, reshape, reverse, sub, unstack, where, zerosLike, cast, type Tensor } from "@tensorflow/tfjs-core";
import type { Noise } from "../contract/index.js";
import type { Geometric } from "./warp.js";

/** `[B]` each, 1 where rows (columns) are mirrored. */
const coins = (noise: Noise): readonly [Tensor, Tensor] =>
  unstack(cast(less(noise.uniform("draw", [2]), 0.5), "float32"), 1) as [Tensor, Tensor];

/** x where `flag` `[B]` is 0, `other` where it is 1. */
export const chosen = <T extends Tensor>(flag: Tensor, other: T, x: T): T =>
  where(cast(reshape(flag, [-1, ...x.shape.slice(1).map(() => 1)]), "bool"), other, x);

/** x with rows and columns mirrored where the flags `[B]` are 1. */
export const flipped = <T extends Tensor>(x: T, [rows, columns]: readonly [Tensor, Tensor]): T =>
  chosen(columns, reverse(chosen(rows, reverse(x, 1), x), 2), chosen(rows, reverse(x, 1), x));

/**
 * Rows and columns mirrored, each with probability ½; nothing is interpolated. [ours]
 *
 * @example
 * step.view({ count: 2, transforms: [flips(), gamma({ from: 0.7, to: 1.5 })] }, 1)
 */
export const flips = (): Geometric => ({
  name: "flips",
  options: {},
  apply: ({ images, labels, valid }, noise) => {
    const flags = coins(noise);
    return { images: flipped(images, flags), labels: flipped(labels, flags), valid: flipped(valid, flags) };
  },
  warp: (noise) => {
    const [rows, columns] = coins(noise);
    return { matrix: [sub(1, mul(rows, 2)), zerosLike(rows), zerosLike(rows), sub(1, mul(columns, 2))] };
  },
});
