import type { Scores } from "@segdistill/core";

/** The metrics that stand in scores, in their order; what is said of them (`reasons`, `notes`) is none. Source: interfaces.md 5. */
export const metricsOf = (scores: Scores): readonly string[] =>
  Object.keys(scores).filter((name) => name !== "reasons" && name !== "notes");
