import {
  div,
  expandDims,
  maximum,
  mul,
  reshape,
  slice,
  stack,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { resizeNearest } from "@segdistill/backend/ops";

/** What is known about the pixels of a step. */
export interface Known {
  /** `[B, H, W, K]`, one-hot, zeros where there is no label. */
  readonly labels: Tensor4D;
  /** `[B, H, W]`, 1 where the pixel counts. */
  readonly valid: Tensor3D;
  /** `[B]`, 1 where the image has a label. */
  readonly labelled: Tensor1D;
}

/**
 * Where each class is, at a map's size: the labels of pixels that count, by the nearest pixel. Result `[B, h, w, K]` of 0 and 1, without a 1 where the pixel is not
 * valid or the image not labelled. A class thinner than a cell can be lost.
 *
 * methods.md 1.5 [ours: position i of h takes ⌊(i + ½)·H/h⌋].
 */
export const regionsAt = ({ labels, valid, labelled }: Known, [h, w]: readonly [number, number]): Tensor4D =>
  resizeNearest(mul(mul(labels, expandDims(valid, 3)), reshape(labelled, [-1, 1, 1, 1])), [h, w]);

/** Pixels of each class: `[B, h, w, K]` to `[B, K]`. */
export const sizesOf = (regions: Tensor4D): Tensor2D => sum(regions, [1, 2]);

/** Where class k is: `[B, h, w, 1]` of `regions` `[B, h, w, K]`. */
const region = (regions: Tensor4D, k: number): Tensor4D => slice(regions, [0, 0, 0, k], [-1, -1, -1, 1]);

/** What `f` makes of every class, of its number and where it is. With sums over positions and not one matrix product, which bfloat16 would round. */
export const overClasses = <T extends Tensor>(regions: Tensor4D, f: (k: number, where: Tensor4D) => T): T[] =>
  Array.from({ length: regions.shape[3] }, (_, k) => f(k, region(regions, k)));

/** The mean of `map` `[B, h, w, C]` over each class of `regions` `[B, h, w, K]`: `[B, K, C]`, 0 for classes that are absent. */
export function regionMeans(map: Tensor4D, regions: Tensor4D): Tensor3D {
  const sums = stack(
    overClasses(regions, (_, where) => sum(mul(map, where), [1, 2])),
    1,
  );
  return div(sums, expandDims(maximum(sizesOf(regions), 1), 2));
}
