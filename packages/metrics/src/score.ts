/** What a metric answers: a number, with a `note` where it is a mean that left something out; or null and why. NaN never occurs. */
export type Score = { readonly value: number; readonly note?: string } | { readonly value: null; readonly reason: string };

/**
 * A ratio that knows that it may not exist.
 * `numerator / denominator`, and null for 0/0.
 *
 * @param numerator ≥ 0; 0 wherever the denominator is 0
 * @param denominator ≥ 0
 * @param reason why the denominator is 0, when it is
 * Source: methods.md 1.5, "Metrics" [ours].
 */
export function ratio(numerator: number, denominator: number, reason: string): Score {
  return denominator === 0 ? { value: null, reason } : { value: numerator / denominator };
}

/**
 * Mean of the scores of several classes.
 * `Σ s_k / n` over the n classes whose score exists; the others are left out, and the note says which. Null if none exists.
 *
 * @param scores by class, in the order of `classes`
 * @param classes their class indices
 * Source: methods.md 1.5, "Metrics" [ours].
 */
export function classMean(scores: readonly Score[], classes: readonly number[]): Score {
  let sum = 0;
  const reasons: string[] = [];
  scores.forEach((score, i) => {
    if (score.value === null) reasons.push(`class ${classes[i]!}: ${score.reason}`);
    else sum += score.value;
  });
  const n = scores.length - reasons.length;
  if (n === 0) return { value: null, reason: scores.length === 1 ? reasons[0]!.replace(/^class \d+: /, "") : reasons.join("; ") };
  return reasons.length === 0
    ? { value: sum / n }
    : { value: sum / n, note: `mean of ${n} of ${scores.length} classes; ${reasons.join("; ")}` };
}
