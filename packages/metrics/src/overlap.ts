import { classCounts, countedPixels, type Counts } from "./counts.js";
import { classMean, ratio, type Score } from "./score.js";

// Letters: TP, FP, FN, TN of one class against the rest, K classes, class 0 the background.

const nothing = "no pixel counts";

/** Foreground classes 1 … K−1. */
const foreground = (counts: Counts): number[] => Array.from({ length: counts.classes - 1 }, (_, i) => i + 1);

const overForeground = (counts: Counts, ofClass: (counts: Counts, k: number) => Score): Score => {
  if (countedPixels(counts) === 0) return { value: null, reason: nothing };
  const classes = foreground(counts);
  return classMean(
    classes.map((k) => ofClass(counts, k)),
    classes,
  );
};

/** Dice of class `k`: `2 TP / (2 TP + FP + FN)`, in [0, 1]. Null where neither side has the class; 0 where only one has. Source: methods.md 5.2 (F1) [code], 1.5 [ours]. */
export function diceOfClass(counts: Counts, k: number): Score {
  const { truePositive: tp, falsePositive: fp, falseNegative: fn } = classCounts(counts, k);
  return ratio(2 * tp, 2 * tp + fp + fn, "the class is neither in the truth nor in the prediction");
}

/** Intersection over union of class `k`: `TP / (TP + FP + FN)`, in [0, 1]. Null where neither side has the class. Source: methods.md 5.2 [code]. */
export function iouOfClass(counts: Counts, k: number): Score {
  const { truePositive: tp, falsePositive: fp, falseNegative: fn } = classCounts(counts, k);
  return ratio(tp, tp + fp + fn, "the class is neither in the truth nor in the prediction");
}

/** Sensitivity (recall) of class `k`: `TP / (TP + FN)`, in [0, 1]. Null where the truth lacks the class. Source: methods.md 5.2 (Se) [code]. */
export function sensitivityOfClass(counts: Counts, k: number): Score {
  const { truePositive: tp, falseNegative: fn } = classCounts(counts, k);
  return ratio(tp, tp + fn, "the class is not in the truth");
}

/** Specificity of class `k`: `TN / (TN + FP)`, in [0, 1]. Null where the truth is nothing but the class. Source: methods.md 5.2 (Sp) [code]. */
export function specificityOfClass(counts: Counts, k: number): Score {
  const { trueNegative: tn, falsePositive: fp } = classCounts(counts, k);
  return ratio(tn, tn + fp, "the truth is nothing but the class");
}

/** Precision of class `k`: `TP / (TP + FP)`, in [0, 1]. Null where the class is not predicted. Source: methods.md 5.2 (P) [code]. */
export function precisionOfClass(counts: Counts, k: number): Score {
  const { truePositive: tp, falsePositive: fp } = classCounts(counts, k);
  return ratio(tp, tp + fp, "the class is not predicted");
}

/** Dice of the foreground: of class 1 for K = 2, else the mean over classes 1 … K−1 with those of 0/0 left out [ours]. */
export const dice = (counts: Counts): Score => overForeground(counts, diceOfClass);

/** Intersection over union of the foreground, by class as {@link dice}. The mean with the background is {@link meanIou}. */
export const iou = (counts: Counts): Score => overForeground(counts, iouOfClass);

/** Sensitivity of the foreground, by class as {@link dice}. */
export const sensitivity = (counts: Counts): Score => overForeground(counts, sensitivityOfClass);

/** Specificity of the foreground, by class as {@link dice}. */
export const specificity = (counts: Counts): Score => overForeground(counts, specificityOfClass);

/** Precision of the foreground, by class as {@link dice}. */
export const precision = (counts: Counts): Score => overForeground(counts, precisionOfClass);

/** Share of pixels with the right class: `Σ_k m_kk / all`, in [0, 1]; for K = 2 `(TP + TN) / all`. Null where no pixel counts. Source: methods.md 5.2 (ACC) [code]. */
export function accuracy(counts: Counts): Score {
  let right = 0;
  for (let k = 0; k < counts.classes; k++) right += counts.matrix[k * counts.classes + k]!;
  return ratio(right, countedPixels(counts), nothing);
}

/** Mean intersection over union of all classes, background included: for K = 2 over {bg, fg}, in [0, 1]. Classes of 0/0 are left out. Source: methods.md 5.2 (mIoU) [code]. */
export function meanIou(counts: Counts): Score {
  if (countedPixels(counts) === 0) return { value: null, reason: nothing };
  const classes = [0, ...foreground(counts)];
  return classMean(
    classes.map((k) => iouOfClass(counts, k)),
    classes,
  );
}
