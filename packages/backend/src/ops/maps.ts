import { image, maxPool as pool, relu as rectify, relu6 as rectify6, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { call } from "../operators/operator.js";

/** max(x, 0), with gradient 0 at 0. */
export const relu = <T extends Tensor>(x: T): T => rectify(x);

/** min(max(x, 0), 6), with gradient 0 at 0 and at 6. */
export const relu6 = <T extends Tensor>(x: T): T => rectify6(x);

/** The largest value of every window: `x` [B, H, W, C] to [B, ⌊(H − size)/stride⌋ + 1, …, C]. The gradient goes to the first largest in row-major order. */
export const maxPool = (x: Tensor4D, { size, stride = size }: { readonly size: number; readonly stride?: number }): Tensor4D =>
  pool(x, size, stride, "valid");

/** Bilinear resizing with half-pixel centres and without antialiasing: `x` [B, h, w, C] to [B, H, W, C] (methods.md 1.5, our choice). */
export const resizeBilinear = (x: Tensor4D, [height, width]: readonly [number, number]): Tensor4D =>
  image.resizeBilinear(x, [height, width], false, true);

/**
 * x itself, and a border: under `precision: bfloat16` what follows it is computed in float32, and so is what follows its gradient. Networks put it on
 * their logits and taps, the optimiser on every gradient (engine-ops.md §9).
 */
export const float32Barrier = <T extends Tensor>(x: T): T => call("Float32Barrier", { x }) as T;
