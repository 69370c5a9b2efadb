import { add, mul } from "@tensorflow/tfjs-core";
import type { Transform } from "../contract/index.js";
import { appearance, perImage, type AppearanceOptions } from "./appearance.js";
import { bounds, evenly, type Bounds } from "./draw.js";

export interface NoiseOptions extends AppearanceOptions, Bounds {}

/**
 * t + σ · n(0, 1), a number of its own for every pixel and channel, with one deviation σ an image, uniform in [from, to]; t is the value as a share of
 * `range`, and so held inside. [ours]
 *
 * @throws core/transform-bounds unless 0 ≤ from ≤ to ≤ 1, core/transform-option, core/transform-range
 */
export function noise({ from, to, ...rest }: NoiseOptions): Transform {
  bounds("noise", { from, to }, 0, 1);
  return appearance("noise", rest, { from, to }, (t, u, random) =>
    add(t, mul(random.normal("grain", t.shape.slice(1)), perImage(evenly({ from, to })(u)))),
  );
}
