import type { Mask, Raster } from "@segdistill/core/contract";

/** Source row = m00 · row + m01 · column, source column = m10 · row + m11 · column, as offsets from the centres. */
export type Matrix = readonly [m00: number, m01: number, m10: number, m11: number];

/** Changes nothing. */
export const same: Matrix = [1, 0, 0, 1];

/** The warp of several done one after the other, the first one first: the product in the order of the list. */
export const product = ([a, b, c, d]: Matrix, [e, f, g, h]: Matrix): Matrix => [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h];

/** Where the pixels of a patch come from. */
export interface Warp {
  readonly matrix: Matrix;
  /** Of the patch's centre, in pixels from the upper left corner of the picture: half its height for the middle row. */
  readonly centre: readonly [row: number, column: number];
  /** Fills in the shifts of one row of the patch, in pixels. */
  readonly shift?: ((y: number, rows: Float64Array, columns: Float64Array) => void) | undefined;
}

/** A picture that patches are cut from. */
export interface Source {
  readonly image: Raster;
  readonly label: Mask | null;
  readonly valid: Mask;
}

/** Row-major arrays of one patch. */
export interface Patch {
  readonly image: Float32Array;
  readonly label: Uint8Array;
  readonly valid: Uint8Array;
}

/** … 1 0 | 0 1 … n−1 | n−1 …: an index mirrored at the edge, which is repeated. */
export function mirrored(i: number, n: number): number {
  if (i >= 0 && i < n) return i;
  const within = ((i % (2 * n)) + 2 * n) % (2 * n);
  return within < n ? within : 2 * n - 1 - within;
}

/**
 * Fills a patch from a picture. With p = (i + ½ − height/2, j + ½ − width/2), a pixel's offset from the patch's centre, the source lies at
 * centre + matrix · (p + shift(p)). [ours; the same numbers as `resampled` of @segdistill/core gives where the patch is the whole picture]
 *
 * Images: bilinear with half-pixel centres, mirrored at the picture's edges. Labels and validity: of the nearest pixel, source ⌊row⌋ of centres at + ½;
 * validity is 0 where the source lies outside the picture.
 *
 * @param patch is written to; its label only where the source has one
 */
export function warped({ image, label, valid }: Source, patch: Patch, [height, width]: readonly [number, number], warp: Warp): void {
  const { height: rows, width: columns, data } = image;
  const [m00, m01, m10, m11] = warp.matrix;
  const [shiftRows, shiftColumns] = [new Float64Array(width), new Float64Array(width)];
  for (let y = 0, o = 0; y < height; y++) {
    warp.shift?.(y, shiftRows, shiftColumns);
    for (let x = 0; x < width; x++, o++) {
      const p = y + 0.5 - height / 2 + shiftRows[x]!;
      const q = x + 0.5 - width / 2 + shiftColumns[x]!;
      const sourceRow = warp.centre[0] + m00 * p + m01 * q;
      const sourceColumn = warp.centre[1] + m10 * p + m11 * q;

      let i = Math.floor(sourceRow);
      let j = Math.floor(sourceColumn);
      const inside = i >= 0 && i < rows && j >= 0 && j < columns;
      if (!inside) {
        i = mirrored(i, rows);
        j = mirrored(j, columns);
      }
      const nearest = i * columns + j;
      patch.valid[o] = inside ? valid.data[nearest]! : 0;
      if (label) patch.label[o] = label.data[nearest]!;

      let top = Math.floor(sourceRow - 0.5);
      let left = Math.floor(sourceColumn - 0.5);
      const down = sourceRow - 0.5 - top;
      const across = sourceColumn - 0.5 - left;
      let bottom = top + 1;
      let right = left + 1;
      if (top < 0 || left < 0 || bottom >= rows || right >= columns) {
        top = mirrored(top, rows);
        bottom = mirrored(bottom, rows);
        left = mirrored(left, columns);
        right = mirrored(right, columns);
      }
      const above = data[top * columns + left]! * (1 - across) + data[top * columns + right]! * across;
      const below = data[bottom * columns + left]! * (1 - across) + data[bottom * columns + right]! * across;
      patch.image[o] = above * (1 - down) + below * down;
    }
  }
}
