import { tooFewPoints } from "./errors.js";
import type { CurvePoint } from "./report-input.js";

/** One number of one step. */
export interface Sample {
  readonly step: number;
  readonly value: number;
}

/**
 * Thins a curve to at most `most` points, none of which hides a peak: runs of equally many consecutive samples become one point each.
 *
 * value = mean over the run, low and high = its smallest and largest, step = that of its last sample; a run of one is the sample itself.
 * Samples in order of step, any unit. The last run may be shorter. Throws report-thin if `most` is not a whole number from 2 on.
 * Source: our choice; a mean with its range says what happened, a picked sample (every n-th, largest triangle) does not.
 */
export const thin = (samples: readonly Sample[], most = 160): readonly CurvePoint[] => {
  if (!Number.isInteger(most) || most < 2) throw tooFewPoints(most);
  const size = Math.max(1, Math.ceil(samples.length / most));
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, i) => pointOf(samples.slice(i * size, (i + 1) * size)));
};

const pointOf = (run: readonly Sample[]): CurvePoint => {
  let low = Infinity;
  let high = -Infinity;
  let sum = 0;
  for (const { value } of run) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
  }
  return { step: run[run.length - 1]!.step, value: sum / run.length, low, high };
};
