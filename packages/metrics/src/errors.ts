const userError = (code: string, message: string): Error => Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 });

const shown = (names: readonly string[]): string => names.join(", ");

/** Arrays of one picture differ in length. */
export const otherLength = (who: string, what: string, found: number, expected: number): Error =>
  userError(
    "metrics-length",
    `[metrics] ${who}: ${what} has ${found} pixels, the truth has ${expected}. Expected one number a pixel of the same picture. Bring both to one size first.`,
  );

/** A number of classes that labels of one byte cannot hold. */
export const classesOutOfRange = (found: number): Error =>
  userError(
    "metrics-classes",
    `[metrics] ${found} classes were asked for. Expected a whole number from 2 to 255 (255 itself marks unlabelled pixels). Count the background as class 0.`,
  );

/** A class index that does not exist. */
export const classOutOfRange = (what: string, found: number, pixel: number, classes: number): Error =>
  userError(
    "metrics-class",
    `[metrics] ${what} holds ${found} at pixel ${pixel}. Expected a class from 0 to ${classes - 1}${what === "truth" ? ", or 255 where nothing is known" : ""}. Map the values to class indices, or set \`classes\` to what there is.`,
  );

/** A class that was asked for and is not in the counts. */
export const noSuchClass = (found: number, classes: number): Error =>
  userError(
    "metrics-no-such-class",
    `[metrics] class ${found} was asked for. Expected a class from 0 to ${classes - 1}: the counts hold ${classes} classes.`,
  );

/** A mask of pixels that count with something else than 0 and 1. */
export const validOutOfRange = (found: number, pixel: number): Error =>
  userError(
    "metrics-valid",
    `[metrics] valid holds ${found} at pixel ${pixel}. Expected 1 where the pixel counts and 0 where it does not. Map a field of view of 0 and 255 to 0 and 1.`,
  );

/** A score that cannot be ordered. */
export const scoreNotANumber = (pixel: number): Error =>
  userError(
    "metrics-score",
    `[metrics] the foreground score at pixel ${pixel} is NaN. Expected numbers (infinite ones may be). Look for the NaN in the network's output.`,
  );

/** Counts of different numbers of classes were to be added. */
export const otherClasses = (found: number, expected: number): Error =>
  userError(
    "metrics-other-classes",
    `[metrics] counts of ${found} classes were to be added to counts of ${expected} classes. Expected the same number everywhere. Count all pictures with the same \`classes\`.`,
  );

/** Nothing was given to pool. */
export const nothingToPool = (what: string): Error =>
  userError(
    "metrics-nothing",
    `[metrics] no ${what} were given to pool. Expected those of at least one picture. Check that the data set has cases.`,
  );

/** No seed was given. */
export const noSeeds = (): Error =>
  userError(
    "metrics-no-seeds",
    "[metrics] no seeds were given, found an empty list. Expected the cases of at least one seed. Give one list of cases per seed.",
  );

/** A metric needs scores and the pictures were measured without. */
export const scoresMissing = (metric: string): Error =>
  userError(
    "metrics-scores",
    `[metrics] "${metric}" needs foreground scores, found labels only. Give \`scores\` for every picture, or leave "${metric}" out of evaluate.metrics.`,
  );

/** A metric that is not in the registry. */
export const unknownMetric = (found: string, known: readonly string[]): Error =>
  userError("metrics-unknown", `[metrics] there is no metric "${found}". Expected one of: ${shown(known)}. Correct evaluate.metrics.`);

/** A case value that is neither a finite number nor null. */
export const valueNotFinite = (who: string, id: string, found: number): Error =>
  userError(
    "metrics-value",
    `[metrics] ${who}: case "${id}" has the value ${found}. Expected a finite number, or null where it could not be computed. Use null with a reason.`,
  );

/** Two rows of one case. */
export const caseTwice = (who: string, id: string): Error =>
  userError(
    "metrics-case-twice",
    `[metrics] ${who}: case "${id}" stands there twice. Expected every case once. Give each seed a list of its own.`,
  );

/** Names up to five, then how many more. */
const some = (ids: readonly string[]): string =>
  ids
    .slice(0, 5)
    .map((id) => `"${id}"`)
    .join(", ") + (ids.length > 5 ? ` and ${ids.length - 5} more` : "");

/** Lists that should hold the same cases do not. */
export const otherCases = (who: string, missing: readonly string[], other: string): Error =>
  userError(
    "metrics-cases",
    `[metrics] ${who} lacks ${missing.length} ${missing.length === 1 ? "case" : "cases"} that ${other} has: ${some(missing)}. Expected the same cases on both sides. Evaluate both on the same data.`,
  );

/** Sides with different numbers of seeds. */
export const otherSeeds = (found: number, expected: number): Error =>
  userError(
    "metrics-seeds",
    `[metrics] the model has ${found} ${found === 1 ? "seed" : "seeds"}, what it is compared with has ${expected}. Expected the same seeds on both sides: a pair is one case of one seed. Give the seeds that both have.`,
  );

/** Two lists that should be of the same units differ in length. */
export const otherPairs = (x: number, y: number): Error =>
  userError(
    "metrics-pairs",
    `[metrics] x has ${x} values, y has ${y}. Expected the same units in the same order in both. Leave out what one of them lacks.`,
  );

/** A p-value outside [0, 1]. */
export const probabilityOutOfRange = (found: number): Error =>
  userError("metrics-probability", `[metrics] a p-value is ${found}. Expected a number from 0 to 1, or null where nothing was tested.`);

/** A case that changes its group. */
export const otherGroup = (id: string, who: string, found: string, other: string, expected: string): Error =>
  userError(
    "metrics-group",
    `[metrics] case "${id}" is of group "${found}" in ${who} and of group "${expected}" in ${other}. Expected one group. Evaluate both on the same data.`,
  );

/** A confidence level outside (0, 1). */
export const levelOutOfRange = (found: number): Error =>
  userError("metrics-level", `[metrics] the level of the interval is ${found}. Expected a number between 0 and 1, such as 0.95.`);

/** A number of resamples that gives no interval. */
export const resamplesOutOfRange = (found: number): Error =>
  userError("metrics-resamples", `[metrics] ${found} resamples were asked for. Expected a whole number from 1 on, such as 10000.`);

/** A random number outside [0, 1). */
export const drawOutOfRange = (found: number): Error =>
  userError(
    "metrics-draw",
    `[metrics] \`draw\` gave ${found}. Expected numbers from 0 up to, not including, 1. Pass \`random\` of @segdistill/core/random.`,
  );
