import type { Transform } from "../contract/index.js";
import { asOne } from "./as-one.js";
import { blur, type BlurOptions } from "./blur.js";
import { brightness, type BrightnessOptions } from "./brightness.js";
import { contrast, type ContrastOptions } from "./contrast.js";
import { elastic, type ElasticOptions } from "./elastic.js";
import { noSuchTransform, noSuchTransformOption } from "./errors.js";
import { flips } from "./flips.js";
import { gamma, type GammaOptions } from "./gamma.js";
import { noise, type NoiseOptions } from "./noise.js";
import { rotate, type RotateOptions } from "./rotate.js";
import { rotate90 } from "./rotate90.js";
import { scale, type ScaleOptions } from "./scale.js";
import type { Geometric } from "./warp.js";

/** A transform as data: an entry of the configuration's `sample.augment`. */
export type Augmentation =
  | "flips"
  | "rotate90"
  | { readonly rotate: RotateOptions }
  | { readonly scale: ScaleOptions }
  | { readonly elastic: ElasticOptions }
  | { readonly brightness: BrightnessOptions }
  | { readonly contrast: ContrastOptions }
  | { readonly gamma: GammaOptions }
  | { readonly blur: BlurOptions }
  | { readonly noise: NoiseOptions };

interface Kind<T extends Transform> {
  readonly options: readonly string[];
  readonly make: (options: never) => T;
}
const geometric: Readonly<Record<string, Kind<Geometric>>> = {
  flips: { options: [], make: flips },
  rotate90: { options: [], make: rotate90 },
  rotate: { options: ["degrees", "probability"], make: rotate },
  scale: { options: ["from", "to", "probability"], make: scale },
  elastic: { options: ["deviation", "spacing", "probability"], make: elastic },
};
const bounded = ["from", "to", "probability", "range"];
const pixelValues: Readonly<Record<string, Kind<Transform>>> = {
  brightness: { options: ["by", "probability", "range"], make: brightness },
  contrast: { options: bounded, make: contrast },
  gamma: { options: bounded, make: gamma },
  blur: { options: bounded, make: blur },
  noise: { options: bounded, make: noise },
};

/**
 * Transforms from data, with the meaning that the same list has as `sample.augment` of the loader: geometric ones are put together and sample the picture
 * once (`asOne`), those of pixel values come after them in the order of the list. [ours]
 *
 * @example
 * step.view({ count: 4, transforms: transformsOf(["flips", { rotate: { degrees: 15 } }, { gamma: { from: 0.7, to: 1.5 } }]) }, 1)
 *
 * @throws core/no-transform, core/no-transform-option, and what the transforms throw
 */
export function transformsOf(list: readonly Augmentation[]): readonly Transform[] {
  const moves: Geometric[] = [];
  const values: Transform[] = [];
  for (const one of list) {
    const [[name, options] = ["", {}], ...more] = Object.entries(typeof one === "string" ? { [one]: {} } : (one as object)) as [
      string,
      object,
    ][];
    const kind = Object.hasOwn(geometric, name) ? geometric[name] : Object.hasOwn(pixelValues, name) ? pixelValues[name] : undefined;
    if (!kind || more.length > 0) throw noSuchTransform(one, [...Object.keys(geometric), ...Object.keys(pixelValues)]);
    const strange = Object.keys(options).find((key) => !kind.options.includes(key));
    if (strange !== undefined) throw noSuchTransformOption(name, strange, kind.options);
    if (kind === geometric[name]) moves.push(kind.make(options as never) as Geometric);
    else values.push(kind.make(options as never));
  }
  const [first, ...rest] = moves;
  const together = first && (rest.length > 0 ? asOne([first, ...rest]) : first);
  return [...(together ? [together] : []), ...values];
}
