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
  const cells = across - 3;
  const cellOf = Int32Array.from({ length: width }, (_, x) => Math.floor((x + 0.5) / spacing));
  const firsts = Array.from({ length: cells + 1 }, (_, cell) => cellOf.findLastIndex((of) => of < cell) + 1);
  const within = Float64Array.from({ length: width }, (_, x) => (x + 0.5) / spacing - cellOf[x]!);
  const line = new Float64Array(across);
  const fill = (start: number, t: number, out: Float64Array): void => {
    const first = start + Math.floor(t) * across;
    const [a, b, c, d] = spline(t - Math.floor(t));
    for (let j = 0; j < across; j++) {
      const at = first + j;
      line[j] =
        2 * deviation * (a * control[at]! + b * control[at + across]! + c * control[at + 2 * across]! + d * control[at + 3 * across]!);
    }
    for (let cell = 0; cell < cells; cell++) {
      // the spline as a cubic in the place within the cell
      const p = line[cell]!;
      const q = line[cell + 1]!;
      const r = line[cell + 2]!;
      const s = line[cell + 3]!;
      const c0 = (p + 4 * q + r) / 6;
      const c1 = (r - p) / 2;
      const c2 = (p - 2 * q + r) / 2;
      const c3 = (s - p + 3 * (q - r)) / 6;
      for (let x = firsts[cell]!; x < firsts[cell + 1]!; x++) {
        const f = within[x]!;
        out[x] = ((c3 * f + c2) * f + c1) * f + c0;
      }
    }
  };
  return (y, rows, columns) => {
    fill(0, (y + 0.5) / spacing, rows);
    fill(plane, (y + 0.5) / spacing, columns);
  };
}
