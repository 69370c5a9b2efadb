import { notFinite, rowLength, tooFewRows } from "./errors.js";

/** One vector a row, all of one length: `Float32Array`, `Float64Array` or plain arrays. */
export type Latents = readonly ArrayLike<number>[];

/** Beyond it sums of squares may overflow; float32 ends at 3.4e38. */
const most = 1e100;

/** @throws a row of another length, a number that is not finite */
export function checkRows(who: string, rows: Latents, width: number): void {
  for (const [at, row] of rows.entries()) {
    if (row.length !== width || width === 0) throw rowLength(who, at, row.length, width);
    for (let i = 0; i < width; i++) if (!(Math.abs(row[i]!) <= most)) throw notFinite(who, at, i, row[i]!);
  }
}

/** The length of a set's rows. @throws fewer than two rows; rows of different lengths or none; numbers that are not finite */
export function widthOf(who: string, rows: Latents): number {
  if (rows.length < 2) throw tooFewRows(who, rows.length);
  checkRows(who, rows, rows[0]!.length);
  return rows[0]!.length;
}
