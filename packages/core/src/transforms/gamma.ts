import { clipByValue, pow } from "@tensorflow/tfjs-core";
import type { Transform } from "../contract/index.js";
import { appearance, perImage, type AppearanceOptions } from "./appearance.js";
import { bounds, byFactors, type Bounds } from "./draw.js";

export interface GammaOptions extends AppearanceOptions, Bounds {}

/**
 * t^g with one exponent an image, g = from · (to / from)^u; t is the value as a share of `range`, held in [0, 1]. Above 1 it darkens. [ours]
 *
 * @throws core/transform-bounds unless 0.01 ≤ from ≤ to ≤ 100, core/transform-option, core/transform-range
 */
export function gamma({ from, to, ...rest }: GammaOptions): Transform {
  bounds("gamma", { from, to }, 0.01, 100);
  return appearance("gamma", rest, { from, to }, (t, u) => pow(clipByValue(t, 0, 1), perImage(byFactors({ from, to })(u))));
}
