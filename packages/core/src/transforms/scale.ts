import { reciprocal, zerosLike } from "@tensorflow/tfjs-core";
import { bounds, byFactors, drawn, number, type Bounds, type Chance } from "./draw.js";
import { geometric, type Geometric } from "./warp.js";

export interface ScaleOptions extends Chance, Bounds {}

/**
 * Enlarged about the centre by a factor f = from · (to / from)^u, u uniform; below 1 it shrinks, and the surround is the mirrored picture. [ours]
 *
 * Source offset = offset / f; sampling as in `resampled`.
 *
 * @throws core/transform-bounds unless 0.1 ≤ from ≤ to ≤ 10, core/transform-option
 */
export function scale({ from, to, probability = 1 }: ScaleOptions): Geometric {
  bounds("scale", { from, to }, 0.1, 10);
  number("scale", "probability", probability, 0, 1);
  return geometric({
    name: "scale",
    options: { from, to, probability },
    warp: (noise) => {
      const inverse = reciprocal(drawn(noise, probability, 1, byFactors({ from, to })));
      return { matrix: [inverse, zerosLike(inverse), zerosLike(inverse), inverse] };
    },
  });
}
