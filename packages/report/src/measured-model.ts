import type { DomainScores, Scores } from "@segdistill/core";

/** A model and its scores on one test set. */
export interface MeasuredModel {
  readonly model: string;
  readonly scores: DomainScores;
}

/** A number by its name; null where it is null, or is not there. */
export const numberOf = (scores: Scores | undefined, metric: string): number | null => {
  const value = scores?.[metric];
  return typeof value === "number" ? value : null;
};
