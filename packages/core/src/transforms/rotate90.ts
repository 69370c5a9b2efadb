import { cast, equal, floor, logicalOr, mul, neg, squeeze, sub, transpose, type Tensor } from "@tensorflow/tfjs-core";
import type { Noise } from "../contract/index.js";
import { notSquare } from "./errors.js";
import { chosen, flipped } from "./flips.js";
import type { Geometric } from "./warp.js";

/** Quarter turns clockwise, 0 to 3, `[B]`. */
const turns = (noise: Noise): Tensor => floor(mul(squeeze(noise.uniform("draw", [1]), [1]), 4));
const is = (turns: Tensor, n: number): Tensor => cast(equal(turns, n), "float32");

/**
 * Turned by 0°, 90°, 180° or 270°, each equally likely; nothing is interpolated. Square pictures only. [ours]
 *
 * @throws core/not-square by `apply`
 */
export const rotate90 = (): Geometric => ({
  name: "rotate90",
  options: {},
  apply: ({ images, labels, valid }, noise) => {
    const k = turns(noise);
    if (images.shape[1] !== images.shape[2]) throw notSquare(images.shape[1], images.shape[2]);
    const [one, two, three] = [equal(k, 1), equal(k, 2), equal(k, 3)];
    // a quarter clockwise: rows and columns change places, then the columns are mirrored
    const turned = <T extends Tensor>(x: T): T => {
      const swapped = chosen(logicalOr(one, three), transpose(x, x.rank === 4 ? [0, 2, 1, 3] : [0, 2, 1]), x);
      return flipped(swapped, [logicalOr(two, three), logicalOr(one, two)]);
    };
    return { images: turned(images), labels: turned(labels), valid: turned(valid) };
  },
  warp: (noise, [height, width]) => {
    if (height !== width) throw notSquare(height, width);
    const k = turns(noise);
    const [cos, sin] = [sub(is(k, 0), is(k, 2)), sub(is(k, 1), is(k, 3))];
    return { matrix: [cos, neg(sin), sin, cos] };
  },
});
