import type { Ranked } from "./ranked.js";
import type { Score } from "./score.js";

/**
 * Area under the ROC curve, exact.
 * `AUC = ( |{(f, b) : f > b}| + ½ |{(f, b) : f = b}| ) / (F · B)` over all pairs of a foreground score f and a background score b
 * (Mann-Whitney), counted by one merge of the two sorted lists; in [0, 1], 0.5 for a constant score.
 *
 * Twice the sum is a whole number, so it is exact up to F · B = 2^52 (two lists of 67 million pixels); beyond that it rounds as any sum.
 * Null where one of the two classes is missing. Source: methods.md 1.5 (ties one half, one class only: null) [ours].
 *
 * @example
 * auc({ foreground: Float32Array.of(1, 2), background: Float32Array.of(0, 1) }); // { value: 0.875 }
 */
export function auc({ foreground, background }: Ranked): Score {
  const f = foreground.length;
  const b = background.length;
  if (f === 0 || b === 0) {
    return { value: null, reason: f + b === 0 ? "no pixel counts" : `the truth is nothing but ${f === 0 ? "background" : "foreground"}` };
  }
  let twice = 0;
  let below = 0; // background scores < score
  let upTo = 0; // background scores ≤ score
  for (let i = 0; i < f; i++) {
    const score = foreground[i]!;
    while (below < b && background[below]! < score) below++;
    if (upTo < below) upTo = below;
    while (upTo < b && background[upTo]! <= score) upTo++;
    twice += below + upTo;
  }
  return { value: twice / 2 / (f * b) };
}
