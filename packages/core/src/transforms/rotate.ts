import { cos, mul, neg, sin } from "@tensorflow/tfjs-core";
import { drawn, evenly, number, type Chance } from "./draw.js";
import { geometric, type Geometric } from "./warp.js";

export interface RotateOptions extends Chance {
  /** The largest angle, 0 to 180. */
  readonly degrees: number;
}

/**
 * Turned about the centre by an angle θ, uniform in [−degrees, degrees]; positive is clockwise as seen. [ours]
 *
 * Source row = cos θ · row − sin θ · column, source column = sin θ · row + cos θ · column, offsets from the centre; sampling as in `resampled`.
 *
 * @throws core/transform-option
 */
export function rotate({ degrees, probability = 1 }: RotateOptions): Geometric {
  number("rotate", "degrees", degrees, 0, 180);
  number("rotate", "probability", probability, 0, 1);
  return geometric({
    name: "rotate",
    options: { degrees, probability },
    warp: (noise) => {
      const angle = mul(drawn(noise, probability, 0, evenly({ from: -degrees, to: degrees })), Math.PI / 180);
      return { matrix: [cos(angle), neg(sin(angle)), sin(angle), cos(angle)] };
    },
  });
}
