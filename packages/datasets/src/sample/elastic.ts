import type { Warp } from "./warp.js";

/** Weights of the four control points around t, with f = t − ⌊t⌋: the cubic B-spline. */
const spline = (f: number): readonly [number, number, number, number] => [
  (1 - f) ** 3 / 6,
  (3 * f ** 3 - 6 * f ** 2 + 4) / 6,
  (-3 * f ** 3 + 3 * f ** 2 + 3 * f + 1) / 6,
  f ** 3 / 6,
];

/** Control points along `n` pixels: one before the first and two behind the last cell. */
export const controlPoints = (n: number, spacing: number): number => Math.floor((n - 0.5) / spacing) + 4;

/**
 * The shifts of a patch's pixels, row by row: cubic B-splines over control points every `spacing` pixels, which carry 2 · deviation · control. A pixel is
 * t = (i + ½) / spacing cells from the top. [ours; `elastic` of @segdistill/core]
 *
 * @param control `[2, controlPoints(height), controlPoints(width)]`, mean 0 and deviation 1: for rows, then for columns
 */
export function elasticShift(
  control: Float32Array | Float64Array,
  deviation: number,
  spacing: number,
  [height, width]: readonly [number, number],
): NonNullable<Warp["shift"]> {
  const across = controlPoints(width, spacing);
  const plane = controlPoints(height, spacing) * across;
  const cell = Int32Array.from({ length: width }, (_, x) => Math.floor((x + 0.5) / spacing));
  const weights = Float64Array.from({ length: 4 * width }, (_, i) => {
    const t = (Math.floor(i / 4) + 0.5) / spacing;
    return spline(t - Math.floor(t))[i % 4]!;
  });
  const line = new Float64Array(across);
  const fill = (plane0: number, t: number, out: Float64Array): void => {
    const first = plane0 + Math.floor(t) * across;
    const [a, b, c, d] = spline(t - Math.floor(t));
    for (let j = 0; j < across; j++) {
      const at = first + j;
      line[j] =
        2 * deviation * (a * control[at]! + b * control[at + across]! + c * control[at + 2 * across]! + d * control[at + 3 * across]!);
    }
    for (let x = 0, w = 0; x < width; x++, w += 4) {
      const j = cell[x]!;
      out[x] = weights[w]! * line[j]! + weights[w + 1]! * line[j + 1]! + weights[w + 2]! * line[j + 2]! + weights[w + 3]! * line[j + 3]!;
    }
  };
  return (y, rows, columns) => {
    fill(0, (y + 0.5) / spacing, rows);
    fill(plane, (y + 0.5) / spacing, columns);
  };
}
