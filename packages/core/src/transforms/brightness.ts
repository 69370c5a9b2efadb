import { add } from "@tensorflow/tfjs-core";
import type { Transform } from "../contract/index.js";
import { appearance, perImage, type AppearanceOptions } from "./appearance.js";
import { evenly, number } from "./draw.js";

export interface BrightnessOptions extends AppearanceOptions {
  /** The largest shift, a share of the range, 0 to 1. */
  readonly by: number;
}

/**
 * t + s with one s an image, uniform in [−by, by]; t is the value as a share of `range`, and so held inside. [ours]
 *
 * @throws core/transform-option, core/transform-range
 */
export function brightness({ by, ...rest }: BrightnessOptions): Transform {
  number("brightness", "by", by, 0, 1);
  return appearance("brightness", rest, { by }, (t, u) => add(t, perImage(evenly({ from: -by, to: by })(u))));
}
