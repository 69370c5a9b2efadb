import { add, mul, reverse, sub } from "@tensorflow/tfjs-core";
import type { Transform } from "@segdistill/core/contract";

/** Adds one number an image, uniform in [−by, by]. */
export const brightness = ({ by }: { readonly by: number }): Transform => ({
  name: "brightness",
  options: { by },
  apply: (p, noise) => ({ ...p, images: add(p.images, mul(sub(noise.uniform("shift", [1, 1, 1]), 0.5), 2 * by)) }),
});
/** Adds noise of deviation `by` to every pixel. */
export const grain = ({ by }: { readonly by: number }): Transform => ({
  name: "grain",
  options: { by },
  apply: (p, noise) => ({ ...p, images: add(p.images, mul(noise.normal("grain", p.images.shape.slice(1)), by)) }),
});
/** Mirrors columns, labels and validity too. */
export const mirror = (): Transform => ({
  name: "mirror",
  options: {},
  apply: (p) => ({ images: reverse(p.images, 2), labels: reverse(p.labels, 2), valid: reverse(p.valid, 2) }),
});
