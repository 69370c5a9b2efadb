import {
  add,
  div,
  exp,
  gather,
  maximum,
  mul,
  neg,
  reshape,
  slice,
  square,
  sum,
  tensor1d,
  tensor2d,
  type Tensor,
} from "@tensorflow/tfjs-core";
import type { Transform } from "../contract/index.js";
import { appearance, perImage, type AppearanceOptions } from "./appearance.js";
import { bounds, evenly, type Bounds } from "./draw.js";

export interface BlurOptions extends AppearanceOptions, Bounds {}

/** The index, mirrored at the edge, which is repeated. */
const mirrored = (i: number, n: number): number => {
  const within = ((i % (2 * n)) + 2 * n) % (2 * n);
  return Math.min(within, 2 * n - 1 - within);
};

/** Σ over k of weights[b, k] · x moved by k − radius along an axis. Sums of slices: a convolution would be rounded to bfloat16 in a step of that precision. */
function smoothed(x: Tensor, weights: readonly Tensor[], axis: 1 | 2): Tensor {
  const n = x.shape[axis]!;
  const radius = (weights.length - 1) / 2;
  const wide = gather(x, tensor1d(Array.from({ length: n + 2 * radius }, (_, i) => mirrored(i - radius, n)), "int32"), axis); // prettier-ignore
  const moved = (k: number): Tensor => slice(wide, axis === 1 ? [0, k, 0, 0] : [0, 0, k, 0], x.shape);
  return weights.map((weight, k) => mul(moved(k), weight)).reduce((total, part) => add(total, part));
}

/**
 * Blurred by a Gaussian with one deviation σ an image, uniform in [from, to] pixels. [ours]
 *
 * Weights exp(−k² / 2σ²) for |k| ≤ ⌈3 · to⌉, divided by their sum, along rows and along columns; the image is mirrored at its edges (edge pixels repeated):
 * SciPy's `gaussian_filter(…, radius, mode="reflect")`. σ = 0 changes nothing.
 *
 * @throws core/transform-bounds unless 0 ≤ from ≤ to ≤ 16, core/transform-option, core/transform-range
 */
export function blur({ from, to, ...rest }: BlurOptions): Transform {
  bounds("blur", { from, to }, 0, 16);
  const radius = Math.ceil(3 * to);
  return appearance("blur", rest, { from, to }, (t, u) => {
    // a deviation of 0.001 has the weights 0 … 0 1 0 … 0
    const deviation = reshape(maximum(evenly({ from, to })(u), 1e-3), [-1, 1]);
    const k = tensor2d(Array.from({ length: 2 * radius + 1 }, (_, i) => i - radius), [1, 2 * radius + 1]); // prettier-ignore
    const bell = exp(neg(div(square(div(k, deviation)), 2))); // [B, 2 · radius + 1]
    const share = div(bell, sum(bell, 1, true));
    const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => perImage(slice(share, [0, i], [-1, 1])));
    return smoothed(smoothed(t, weights, 1), weights, 2);
  });
}
