import { add, mean, mul, sub } from "@tensorflow/tfjs-core";
import type { Transform } from "../contract/index.js";
import { appearance, perImage, type AppearanceOptions } from "./appearance.js";
import { bounds, byFactors, type Bounds } from "./draw.js";

export interface ContrastOptions extends AppearanceOptions, Bounds {}

/**
 * m + c · (t − m) with m the mean of the image's channel over all its pixels and one factor an image, c = from · (to / from)^u; t is the value as a share of
 * `range`, and so held inside. [ours]
 *
 * @throws core/transform-bounds unless 0.01 ≤ from ≤ to ≤ 100, core/transform-option, core/transform-range
 */
export function contrast({ from, to, ...rest }: ContrastOptions): Transform {
  bounds("contrast", { from, to }, 0.01, 100);
  return appearance("contrast", rest, { from, to }, (t, u) => {
    const middle = mean(t, [1, 2], true);
    return add(middle, mul(sub(t, middle), perImage(byFactors({ from, to })(u))));
  });
}
