import {
  add,
  gather,
  less,
  mul,
  onesLike,
  reshape,
  squeeze,
  tensor,
  tensor1d,
  unstack,
  where,
  zerosLike,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { number, type Chance } from "./draw.js";
import { geometric, type Geometric } from "./warp.js";

export interface ElasticOptions extends Chance {
  /** Of the shift of a pixel, along rows and along columns, in pixels, 0 to 100. */
  readonly deviation: number;
  /** Distance of the control points in pixels, 4 to 1024. Default 32. */
  readonly spacing?: number;
}

/** Weights of the four control points around t, with f = t − ⌊t⌋: the cubic B-spline. */
const spline = [
  (f: number) => (1 - f) ** 3 / 6,
  (f: number) => (3 * f ** 3 - 6 * f ** 2 + 4) / 6,
  (f: number) => (-3 * f ** 3 + 3 * f ** 2 + 3 * f + 1) / 6,
  (f: number) => f ** 3 / 6,
];

/** Control points along `n` pixels: one before the first and two behind the last cell. */
const points = (n: number, spacing: number): number => Math.floor((n - 0.5) / spacing) + 4;

/** Control points `[B, …]` along one axis to one value a pixel. */
function spread(control: Tensor, axis: 1 | 2, n: number, spacing: number): Tensor {
  const t = Array.from({ length: n }, (_, i) => (i + 0.5) / spacing);
  const parts = spline.map((weight, k) => {
    const index = tensor1d(t.map((at) => Math.floor(at) + k), "int32"); // prettier-ignore
    const weights = tensor(t.map((at) => weight(at - Math.floor(at))), axis === 1 ? [1, n, 1] : [1, 1, n]); // prettier-ignore
    return mul(gather(control, index, axis), weights);
  });
  return parts.reduce((sum, part) => add(sum, part));
}

/**
 * Pixels shifted along a smooth random field. [ours; the field after Rueckert et al. 1999, free-form deformations]
 *
 * Control points every `spacing` pixels carry 2 · deviation · n(0, 1) for rows and for columns; a pixel whose centre is t = (i + ½) / spacing cells from the
 * top takes the cubic B-spline of the 4 × 4 points around it. Its shift has the given deviation at a control point and 0.92 of it half way between.
 * Where the field folds (deviation large against spacing) pixels appear twice: keep the deviation below a fifth of the spacing.
 *
 * @throws core/transform-option
 */
export function elastic({ deviation, spacing = 32, probability = 1 }: ElasticOptions): Geometric {
  number("elastic", "deviation", deviation, 0, 100);
  number("elastic", "spacing", spacing, 4, 1024);
  number("elastic", "probability", probability, 0, 1);
  return geometric({
    name: "elastic",
    options: { deviation, spacing, probability },
    warp: (noise, [height, width]) => {
      const whether = squeeze(noise.uniform("draw", [1]), [1]);
      const control = noise.normal("control", [2, points(height, spacing), points(width, spacing)]); // [B, 2, h, w]
      const size = reshape(where(less(whether, probability), 2 * deviation, 0), [-1, 1, 1]);
      const [rows, columns] = unstack(control, 1).map((one) => spread(spread(mul(one, size), 1, height, spacing), 2, width, spacing)) as [
        Tensor,
        Tensor,
      ];
      const [one, zero] = [onesLike(whether), zerosLike(whether)];
      return { matrix: [one, zero, zero, one], shift: [rows, columns] };
    },
  });
}
