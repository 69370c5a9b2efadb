import { add, clipByValue, less, mul, reshape, sub, unstack, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import type { Json, Noise, Transform } from "../contract/index.js";
import { number, type Chance } from "./draw.js";
import { transformRange } from "./errors.js";
import { chosen } from "./flips.js";

export interface AppearanceOptions extends Chance {
  /** Lowest and highest value of the prepared pictures; what a transform makes stays inside. Default [0, 1]. */
  readonly range?: readonly [number, number];
}

/** One number an image, against its pixels: `[B]` to `[B, 1, 1, 1]`. */
export const perImage = (x: Tensor): Tensor => reshape(x, [-1, 1, 1, 1]);

/**
 * A transform of pixel values that leaves labels and validity alone. `change` sees the images as t = (value − low) / (high − low) and one uniform number an
 * image, u `[B]`; what it gives is held in [0, 1] and brought back. Images that are not drawn to be changed stay as they are.
 *
 * @throws core/transform-range, core/transform-option
 */
export function appearance(
  name: string,
  { range = [0, 1], probability = 1 }: AppearanceOptions,
  options: { readonly [key: string]: Json },
  change: (t: Tensor4D, u: Tensor, noise: Noise) => Tensor,
): Transform {
  const [low, high] = range;
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) throw transformRange(name, range);
  number(name, "probability", probability, 0, 1);
  return {
    name,
    options: { ...options, probability, range: [low, high] },
    apply: (picture, noise) => {
      const [whether, u] = unstack(noise.uniform("draw", [2]), 1);
      const t: Tensor4D = mul(sub(picture.images, low), 1 / (high - low));
      const shares = clipByValue(change(t, u!, noise), 0, 1);
      const changed: Tensor4D = add(mul(shares, high - low), low);
      return { ...picture, images: probability < 1 ? chosen(less(whether!, probability), changed, picture.images) : changed };
    },
  };
}
