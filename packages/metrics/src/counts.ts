import { classesOutOfRange, classOutOfRange, noSuchClass, nothingToPool, otherClasses, otherLength, validOutOfRange } from "./errors.js";

/** The label of a pixel that counts nowhere: `Unlabelled` of the contract (a test compares the two). */
export const unlabelled = 255;

/** How often which class was taken for which: a value that can be added, written into a file and compared. */
export interface Counts {
  readonly classes: number;
  /** `[K, K]` row-major: row = truth, column = prediction; whole numbers. */
  readonly matrix: readonly number[];
}

/** What the counts say of one class against the rest. */
export interface ClassCounts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

/** One picture (or several laid end to end) as class indices. */
export interface LabelPair {
  /** `[H, W]` or any shape, class indices 0…K−1; anything where the pixel does not count. */
  readonly prediction: Uint8Array;
  /** As long as the prediction: class indices 0…K−1, or 255 where nothing is known. */
  readonly truth: Uint8Array;
  /** 1 where the pixel counts, 0 where not; null where all count. */
  readonly valid: Uint8Array | null;
  /** K, background included: 2 to 255. */
  readonly classes: number;
}

/**
 * Confusion counts of one picture, in one pass.
 * `matrix[t·K + p] = |{ u : valid_u = 1, truth_u = t ≠ 255, prediction_u = p }|`
 *
 * Throws where the lengths differ, K is out of range, `valid` is neither 0 nor 1, or a counted pixel holds no class.
 * Source: methods.md 1.5 and datasets.md (255 = unlabelled) [ours].
 *
 * @example
 * countPixels({ prediction: Uint8Array.of(1, 0, 1), truth: Uint8Array.of(1, 1, 255), valid: null, classes: 2 }).matrix; // [0, 0, 1, 1]
 */
export function countPixels({ prediction, truth, valid, classes }: LabelPair): Counts {
  if (!Number.isInteger(classes) || classes < 2 || classes > 255) throw classesOutOfRange(classes);
  if (prediction.length !== truth.length) throw otherLength("counts", "the prediction", prediction.length, truth.length);
  if (valid !== null && valid.length !== truth.length) throw otherLength("counts", "valid", valid.length, truth.length);
  const matrix = new Float64Array(classes * classes);
  for (let u = 0; u < truth.length; u++) {
    if (valid !== null && valid[u] !== 1) {
      if (valid[u] !== 0) throw validOutOfRange(valid[u]!, u);
      continue;
    }
    const t = truth[u]!;
    if (t === unlabelled) continue;
    if (t >= classes) throw classOutOfRange("truth", t, u, classes);
    const p = prediction[u]!;
    if (p >= classes) throw classOutOfRange("prediction", p, u, classes);
    matrix[t * classes + p]!++;
  }
  return { classes, matrix: Array.from(matrix) };
}

/**
 * Counts of several pictures as if they were one: the element-wise sum.
 * Throws where none are given or the numbers of classes differ. Source: methods.md 5.2 ("pooled over all test pixels") [code].
 */
export function addCounts(several: readonly Counts[]): Counts {
  const [first] = several;
  if (first === undefined) throw nothingToPool("counts");
  const matrix = first.matrix.map(() => 0);
  for (const counts of several) {
    if (counts.classes !== first.classes) throw otherClasses(counts.classes, first.classes);
    counts.matrix.forEach((n, i) => (matrix[i]! += n));
  }
  return { classes: first.classes, matrix };
}

/**
 * One class against the rest.
 * `TP = m_kk, FN = Σ_p m_kp − TP, FP = Σ_t m_tk − TP, TN = all − TP − FN − FP`; the four sum to the number of counted pixels.
 * Throws where the class does not exist.
 */
export function classCounts({ classes, matrix }: Counts, k: number): ClassCounts {
  if (!Number.isInteger(k) || k < 0 || k >= classes) throw noSuchClass(k, classes);
  let row = 0;
  let column = 0;
  for (let j = 0; j < classes; j++) {
    row += matrix[k * classes + j]!;
    column += matrix[j * classes + k]!;
  }
  const truePositive = matrix[k * classes + k]!;
  const all = countedPixels({ classes, matrix });
  return {
    truePositive,
    falsePositive: column - truePositive,
    falseNegative: row - truePositive,
    trueNegative: all - row - column + truePositive,
  };
}

/** How many pixels counted: the sum of the matrix. */
export function countedPixels({ matrix }: Counts): number {
  return matrix.reduce((sum, n) => sum + n, 0);
}
