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
  const { image: pixels, label: labels, valid: counts } = patch;
  const labelData = label?.data;
  const validData = valid.data;
  const [m00, m01, m10, m11] = warp.matrix;
  // source of pixel x of a row = start of the row + along[x]
  const alongRows = Float64Array.from({ length: width }, (_, x) => m01 * (x + 0.5 - width / 2));
  const alongColumns = Float64Array.from({ length: width }, (_, x) => m11 * (x + 0.5 - width / 2));
  const [shiftedRows, shiftedColumns] = warp.shift ? [new Float64Array(width), new Float64Array(width)] : [alongRows, alongColumns];
  const [shiftRows, shiftColumns] = [new Float64Array(width), new Float64Array(width)];
  for (let y = 0, o = 0; y < height; y++) {
    // places between pixel centres: ½ less than from the corner
    const startRow = warp.centre[0] - 0.5 + m00 * (y + 0.5 - height / 2);
    const startColumn = warp.centre[1] - 0.5 + m10 * (y + 0.5 - height / 2);
    if (warp.shift) {
      warp.shift(y, shiftRows, shiftColumns);
      for (let x = 0; x < width; x++) {
        shiftedRows[x] = alongRows[x]! + m00 * shiftRows[x]! + m01 * shiftColumns[x]!;
        shiftedColumns[x] = alongColumns[x]! + m10 * shiftRows[x]! + m11 * shiftColumns[x]!;
      }
    }
    for (let x = 0; x < width; x++, o++) {
      const row = startRow + shiftedRows[x]!;
      const column = startColumn + shiftedColumns[x]!;
      let top = Math.floor(row);
      let left = Math.floor(column);
      const down = row - top;
      const across = column - left;
      let i = down < 0.5 ? top : top + 1;
      let j = across < 0.5 ? left : left + 1;
      let bottom = top + 1;
      let right = left + 1;
      let inside = true;
      if (top < 0 || left < 0 || bottom >= rows || right >= columns) {
        inside = i >= 0 && i < rows && j >= 0 && j < columns;
        i = mirrored(i, rows);
        j = mirrored(j, columns);
        top = mirrored(top, rows);
        bottom = mirrored(bottom, rows);
        left = mirrored(left, columns);
        right = mirrored(right, columns);
      }
      const nearest = i * columns + j;
      counts[o] = inside ? validData[nearest]! : 0;
      if (labelData) labels[o] = labelData[nearest]!;
      const upper = top * columns;
      const lower = bottom * columns;
      const above = data[upper + left]! * (1 - across) + data[upper + right]! * across;
      const below = data[lower + left]! * (1 - across) + data[lower + right]! * across;
      pixels[o] = above * (1 - down) + below * down;
    }
  }
}
