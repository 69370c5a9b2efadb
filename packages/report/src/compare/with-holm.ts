import { holm } from "@segdistill/metrics";
import type { Comparison } from "./comparison.js";
import { withRows } from "./with-rows.js";

/** A comparison whose p-values have not been corrected: every `pHolm` is null. */
export type Uncorrected = Omit<Comparison, "tests">;

/** Comparisons with Holm's correction over all rows of all of them, and over how many p-values it is; where nothing was tested there is none. Source: Holm, as `holm` of @segdistill/metrics. */
export const withHolm = (comparisons: readonly Uncorrected[]): readonly Comparison[] => {
  const differences = comparisons.flatMap(({ domains }) =>
    domains.flatMap(({ rows }) => rows.flatMap(({ difference }) => difference ?? [])),
  );
  const corrected = holm(differences.map(({ p }) => p));
  const tests = corrected.filter((p) => p !== null).length;
  const known = new Map(differences.map((difference, i) => [difference, { ...difference, pHolm: corrected[i]! }]));
  return comparisons.map((comparison) => ({
    ...withRows(comparison, (rows) => rows.map((row) => ({ ...row, difference: row.difference && known.get(row.difference)! }))),
    tests,
  }));
};
