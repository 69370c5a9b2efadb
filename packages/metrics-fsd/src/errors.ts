const userError = (code: string, message: string): Error => Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 });

/** A set of fewer than two latents: it has no covariance. */
export const tooFewRows = (who: string, found: number): Error =>
  userError("fsd-rows", `[fsd] ${who} has ${found} rows. Expected at least 2: fewer have no covariance. Give one row for every picture.`);

/** Rows of one set that differ in length, or have none. */
export const rowLength = (who: string, row: number, found: number, expected: number): Error =>
  userError(
    "fsd-row-length",
    `[fsd] ${who}: row ${row} has ${found} numbers. Expected ${expected === 0 ? "at least 1" : `${expected}, as in row 0`}. Give latents of one network.`,
  );

/** A latent that is no number, or one whose square is none. */
export const notFinite = (who: string, row: number, column: number, found: number): Error =>
  userError(
    "fsd-not-finite",
    `[fsd] ${who}: row ${row} holds ${found} at ${column}. Expected finite numbers of at most 1e100. Look for it in the network's output.`,
  );

/** Two sets of latents that lie in different spaces. */
export const otherWidth = (x: string, found: number, y: string, expected: number): Error =>
  userError(
    "fsd-width",
    `[fsd] ${x} has ${found} numbers a row, ${y} has ${expected}. Expected the same: a distance is taken in one space. Give latents of one size.`,
  );

/** More principal components than there are directions in which the rows differ. */
export const pcaOutOfRange = (found: number, most: number, rows: number, width: number, whose: string): Error =>
  userError(
    "fsd-pca",
    `[fsd] pca is ${found}. Expected a whole number from 1 to ${most}: ${whose} ${rows} rows of ${width} numbers. Lower it, or leave it out.`,
  );

/** Options that read rows, with moments. */
export const rowsNeeded = (who: string, what: string): Error =>
  userError(
    "fsd-rows-needed",
    `[fsd] ${what} reads the rows of ${who}, and only its moments were given. Expected rows. Give them, or leave ${what} out.`,
  );

/** Groups of another length than their set. */
export const groupsLength = (who: string, found: number, expected: number): Error =>
  userError("fsd-groups", `[fsd] ${who} has ${expected} rows and ${found} groups. Expected one group a row. Give a group for every row.`);

/** A confidence level outside (0, 1). */
export const levelOutOfRange = (found: number): Error =>
  userError("fsd-level", `[fsd] the level of the interval is ${found}. Expected a number between 0 and 1, such as 0.95.`);

/** A number of resamples that gives no interval. */
export const resamplesOutOfRange = (found: number): Error =>
  userError("fsd-resamples", `[fsd] resamples is ${found}. Expected 0 for no interval, or a whole number from 10 on, such as 200.`);

/** A seed that the random numbers cannot start from. */
export const seedOutOfRange = (found: number): Error =>
  userError("fsd-seed", `[fsd] the seed is ${found}. Expected a whole number from 0 to 4294967295, such as 0.`);

/** The linear algebra gave something that cannot be. */
export const noConvergence = (what: string): Error => new Error(`internal: ${what} are not finite, of a finite matrix`);
