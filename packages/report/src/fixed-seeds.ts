import type { GainRow } from "@segdistill/core";

/**
 * How interval and p of a difference can disagree, in a sentence; null where no row shows both over several seeds.
 * Wilcoxon's test is over the groups' means over these seeds, the bootstrap draws seeds too. Source: `bootstrapGain` of @segdistill/metrics.
 */
export const fixedSeeds = (rows: readonly GainRow[]): string | null =>
  rows.some(({ seeds = 1, low, test }) => seeds > 1 && low !== null && (test?.p ?? null) !== null)
    ? "p holds the seeds fixed and the interval draws them too, so the two can disagree."
    : null;
