import { add, mul, sub } from "@tensorflow/tfjs-core";
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
