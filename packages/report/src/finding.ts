import type { GainRow } from "@segdistill/core";
import { lowerIsBetter } from "./names.js";
import { isZero } from "./numbers.js";

/** What the interval of a difference says: only one that leaves out 0 finds anything. */
export type Finding = "gain" | "loss" | "no difference" | "unknown";

/** Reads a difference: `gain` or `loss` only if the whole interval lies on one side of 0; `unknown` where there is no mean at all. Source: our choice. */
export const finding = ({ mean, low, high, metric }: Pick<GainRow, "mean" | "low" | "high" | "metric">): Finding => {
  if (mean === null) return "unknown";
  if (low === null || high === null || isZero(low) || isZero(high) || (low < 0 && high > 0)) return "no difference";
  return low > 0 !== lowerIsBetter(metric) ? "gain" : "loss";
};

/** A finding as a cell of a table says it. The word "gain" stands nowhere else. */
export const findingWords: Readonly<Record<Finding, string>> = {
  gain: "gain",
  loss: "worse",
  "no difference": "no difference found",
  unknown: "not known",
};
