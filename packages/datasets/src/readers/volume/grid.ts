import type { ItkImage } from "./itk.js";

type Three<T> = readonly [T, T, T];

/** Where the voxels of a file lie in the patient. */
export interface Grid {
  /** Voxels along the file's own axes, the fastest first. */
  readonly size: Three<number>;
  /** `[R | o]` in mm, three rows of four: (x, y, z) = R (i, j, k) + o with x to the right, y to the front, z to the head, as NIfTI and nibabel have it. */
  readonly affine: Three<readonly [number, number, number, number]>;
}

/** The grid of an image, its first three axes. The library has x to the left and y to the back: those two rows change sign. */
export function gridOf({ size, origin, spacing, direction, imageType: { dimension } }: ItkImage): Grid {
  const row = (r: number): readonly [number, number, number, number] => {
    const sign = r < 2 ? -1 : 1;
    const at = (c: number): number => sign * direction[r * dimension + c]! * spacing[c]! + 0; // + 0: no −0
    return [at(0), at(1), at(2), sign * origin[r]! + 0];
  };
  return { size: [size[0]!, size[1]!, size[2]!], affine: [row(0), row(1), row(2)] };
}

/** Distances between neighbouring voxels along the file's axes, in mm: the lengths of R's columns. */
export const spacingOf = ({ affine }: Grid): Three<number> => {
  const length = (c: 0 | 1 | 2): number => Math.hypot(affine[0][c], affine[1][c], affine[2][c]);
  return [length(0), length(1), length(2)];
};

/** Which axis of the file runs how in the canonical volume `[z, row, column]`. */
export interface Axes {
  /** For z, row, column: the file's axis, and whether it runs the other way. */
  readonly axis: Three<0 | 1 | 2>;
  readonly flipped: Three<boolean>;
}

/**
 * The nearest canonical axes: z to the head, rows to the back, columns to the patient's left. datasets.md 1.1
 *
 * Pairs of a file's axis and a direction of the patient are taken by their cosine, the largest first, so that every axis is used once; oblique volumes are not resampled.
 */
export function axesOf(grid: Grid): Axes {
  const spacing = spacingOf(grid);
  // Rows of the affine, and the sign in which z, row and column run along them.
  const wanted = [[2, 1], [1, -1], [0, -1]] as const; // prettier-ignore
  const pairs = wanted
    .flatMap(([row], to) => ([0, 1, 2] as const).map((axis) => ({ to, axis, cosine: grid.affine[row][axis] / spacing[axis] })))
    .sort((a, b) => Math.abs(b.cosine) - Math.abs(a.cosine));
  const axis: (0 | 1 | 2)[] = [];
  const flipped: boolean[] = [];
  for (const pair of pairs)
    if (axis[pair.to] === undefined && !axis.includes(pair.axis)) {
      axis[pair.to] = pair.axis;
      flipped[pair.to] = pair.cosine * wanted[pair.to]![1] < 0;
    }
  return { axis: axis as unknown as Axes["axis"], flipped: flipped as unknown as Axes["flipped"] };
}

/** Of three numbers along the file's axes those along z, row and column. */
export const along = <T>(of: Three<T>, { axis }: Axes): Three<T> => [of[axis[0]], of[axis[1]], of[axis[2]]];

/** Where voxel (z, row, column) lies in the file's data: `start + z · step[0] + row · step[1] + column · step[2]`. */
export function stepsOf(size: Three<number>, { axis, flipped }: Axes): { readonly start: number; readonly step: Three<number> } {
  const strides: Three<number> = [1, size[0], size[0] * size[1]];
  const one = (to: 0 | 1 | 2): number => strides[axis[to]] * (flipped[to] ? -1 : 1);
  const start = ([0, 1, 2] as const).reduce<number>((sum, to) => sum + (flipped[to] ? (size[axis[to]] - 1) * strides[axis[to]] : 0), 0);
  return { start, step: [one(0), one(1), one(2)] };
}

/** What two grids differ in: `size`, `affine` (anywhere in the volume by more than 10⁻³ mm), or nothing. Compared in canonical axes. datasets.md 3 */
export function differenceOf(one: Grid, other: Grid): "size" | "affine" | null {
  const [a, b] = [axesOf(one), axesOf(other)];
  const [sizeA, sizeB] = [along(one.size, a), along(other.size, b)];
  if (sizeA.some((count, i) => count !== sizeB[i])) return "size";
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map(
    (bits) => sizeA.map((count, i) => (bits & (1 << i) ? count - 1 : 0)) as unknown as Three<number>,
  );
  const isNear = (at: Three<number>): boolean => {
    const [p, q] = [placeOf(one, a, at), placeOf(other, b, at)];
    return p.every((mm, i) => Math.abs(mm - q[i]!) <= 1e-3);
  };
  return corners.every(isNear) ? null : "affine";
}

/** Position in mm of a canonical voxel (z, row, column). */
function placeOf({ size, affine }: Grid, { axis, flipped }: Axes, at: Three<number>): Three<number> {
  const index = [0, 0, 0];
  for (const to of [0, 1, 2] as const) index[axis[to]] = flipped[to] ? size[axis[to]] - 1 - at[to] : at[to];
  const mm = (r: 0 | 1 | 2): number => affine[r].reduce((sum, value, c) => sum + value * (c < 3 ? index[c]! : 1), 0);
  return [mm(0), mm(1), mm(2)];
}

const short = (value: number): string => String(Number(value.toPrecision(6)));
/** A grid in words: `12 x 10 x 5, affine [[-1, 0, 0, 5], …]`. */
export const gridText = ({ size, affine }: Grid): string =>
  `${size.join(" x ")}, affine [${affine.map((row) => `[${row.map(short).join(", ")}]`).join(", ")}]`;

/** Whether an affine is the identity: nobody knows where the voxels are. */
export const isIdentity = ({ affine }: Grid): boolean =>
  affine.every((row, r) => row.every((value, c) => Math.abs(value - (r === c ? 1 : 0)) < 1e-6));
