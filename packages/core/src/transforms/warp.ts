import {
  add,
  cast,
  concat,
  expandDims,
  floor,
  gather,
  greaterEqual,
  less,
  logicalAnd,
  minimum,
  mod,
  mul,
  range,
  reshape,
  scalar,
  split,
  squeeze,
  sub,
  tensor,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import type { Noise, Picture, Transform } from "../contract/index.js";

/**
 * Where every pixel comes from, image by image. With p the offset of an output pixel's centre from the picture's centre, (row, column) =
 * (i + ½ − H/2, j + ½ − W/2), its value is taken at the offset matrix · (p + shift(p)).
 */
export interface Warp {
  /** m00, m01, m10, m11, each `[B]`: source row = m00 · row + m01 · column, source column = m10 · row + m11 · column. */
  readonly matrix: readonly [Tensor, Tensor, Tensor, Tensor];
  /** Rows and columns in pixels, each `[B, H, W]`. */
  readonly shift?: readonly [Tensor, Tensor];
}

/** A transform that moves pixels. */
export interface Geometric extends Transform {
  readonly warp: (noise: Noise, size: readonly [height: number, width: number]) => Warp;
}

const centred = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 0.5 - n / 2);
/** … 1 0 | 0 1 … n−1 | n−1 …: an index mirrored at the edge, which is repeated. */
const mirrored = (index: Tensor, n: number): Tensor => {
  const within = mod(index, 2 * n);
  return cast(minimum(within, sub(2 * n - 1, within)), "int32");
};

/**
 * A picture whose pixels come from elsewhere. [ours]
 *
 * Images: bilinear with half-pixel centres, mirrored at the edges of the picture (edge pixels repeated: SciPy's `reflect`, PyTorch's `reflection` with
 * align_corners=False). Labels and `valid`: of the nearest pixel, source ⌊row + ½⌋; `valid` is 0 where the source lies outside the picture.
 *
 * @param picture images `[B, H, W, C]`, labels `[B, H, W, K]` one-hot, valid `[B, H, W]`
 */
export function resampled({ images, labels, valid }: Picture, { matrix, shift }: Warp): Picture {
  const [count, height, width, channels] = images.shape;
  const [m00, m01, m10, m11] = matrix.map((m) => reshape(m, [-1, 1, 1])) as [Tensor, Tensor, Tensor, Tensor];
  const plainRow = tensor(centred(height), [1, height, 1]);
  const plainColumn = tensor(centred(width), [1, 1, width]);
  const row = shift ? add(plainRow, shift[0]) : plainRow;
  const column = shift ? add(plainColumn, shift[1]) : plainColumn;
  const y = add(add(mul(m00, row), mul(m01, column)), (height - 1) / 2); // [B, H, W]
  const x = add(add(mul(m10, row), mul(m11, column)), (width - 1) / 2);

  // int32: a float32 is exact to 2^24 only, which large batches pass
  const image = reshape(range(0, count * height * width, height * width, "int32"), [-1, 1, 1]);
  const stride = scalar(width, "int32");
  const at = (source: Tensor, i: Tensor, j: Tensor): Tensor =>
    gather(reshape(source, [count * height * width, -1]), add(add(image, mul(mirrored(i, height), stride)), mirrored(j, width)));

  const [top, left] = [floor(y), floor(x)];
  const [bottom, right] = [add(top, 1), add(left, 1)];
  const down = expandDims(sub(y, top), 3);
  const across = expandDims(sub(x, left), 3);
  const above = add(mul(at(images, top, left), sub(1, across)), mul(at(images, top, right), across));
  const below = add(mul(at(images, bottom, left), sub(1, across)), mul(at(images, bottom, right), across));

  const [i, j] = [floor(add(y, 0.5)), floor(add(x, 0.5))];
  const inside = logicalAnd(logicalAnd(greaterEqual(i, 0), less(i, height)), logicalAnd(greaterEqual(j, 0), less(j, width)));
  const classes = labels.shape[3];
  const [truth, counts] = split(at(concat([labels, expandDims(valid, 3)], 3), i, j), [classes, 1], 3);
  return {
    images: reshape(add(mul(above, sub(1, down)), mul(below, down)), [count, height, width, channels]),
    labels: truth as Tensor4D,
    valid: mul(squeeze(counts!, [3]), cast(inside, "float32")),
  };
}

/** A transform that resamples a picture by the warp it draws. */
export const geometric = (of: Omit<Geometric, "apply">): Geometric => ({
  ...of,
  apply: (picture, noise) => resampled(picture, of.warp(noise, [picture.images.shape[1], picture.images.shape[2]])),
});
