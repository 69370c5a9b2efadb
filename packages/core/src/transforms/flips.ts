import { less, mul, reshape, reverse, sub, unstack, where, zerosLike, cast, type Tensor } from "@tensorflow/tfjs-core";
import type { Noise } from "../contract/index.js";
import type { Geometric } from "./warp.js";

/** `[B]` bool each: whether rows, whether columns are mirrored. */
const coins = (noise: Noise): readonly [Tensor, Tensor] => {
  const [rows, columns] = unstack(noise.uniform("draw", [2]), 1);
  return [less(rows!, 0.5), less(columns!, 0.5)];
};

/** `other` where `flag`, bool `[B]`, is true, else x. */
export const chosen = <T extends Tensor>(flag: Tensor, other: T, x: T): T =>
  where(reshape(flag, [-1, ...x.shape.slice(1).map(() => 1)]), other, x);

/** x with rows and columns mirrored where the flags, bool `[B]`, are true. */
export function flipped<T extends Tensor>(x: T, [rows, columns]: readonly [Tensor, Tensor]): T {
  const half = chosen(rows, reverse(x, 1), x);
  return chosen(columns, reverse(half, 2), half);
}

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
    const [rows, columns] = coins(noise).map((flag) => sub(1, mul(cast(flag, "float32"), 2))) as [Tensor, Tensor];
    return { matrix: [rows, zerosLike(rows), zerosLike(rows), columns] };
  },
});
