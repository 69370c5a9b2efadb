import {
  div,
  expandDims,
  maximum,
  mul,
  reshape,
  sum,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { matMul, resizeNearest } from "@segdistill/backend/ops";

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

/** Positions in one row, as a matrix product wants them: `[B, h, w, N]` to `[B, h·w, N]`. */
export const inRow = (map: Tensor4D): Tensor3D => reshape(map, [map.shape[0], -1, map.shape[3]]);

/** The mean of `map` `[B, h, w, C]` over each class of `regions` `[B, h, w, K]`: `[B, K, C]`, 0 for classes that are absent. */
export function regionMeans(map: Tensor4D, regions: Tensor4D): Tensor3D {
  const sums = matMul(inRow(regions), inRow(map), { transposeA: true });
  return div(sums, expandDims(maximum(sizesOf(regions), 1), 2));
}
