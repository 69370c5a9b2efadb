import type { Fsd } from "@segdistill/metrics-fsd";
import { isUserError } from "../errors.js";
import type { PairOfSets } from "./of-run.js";

/** What the distances between a run's observations are called. */
export const readings = { domain: "FSD_domain", align: "FSD_align", pred: "FSD_pred" } as const satisfies Record<
  PairOfSets["reading"],
  string
>;

/** A distance, or the reason why a run's own pair has none: a set of fewer than two rows. Everything else that taking it throws is thrown. */
export const unlessTooFewRows = (distance: Promise<Fsd>): Promise<Fsd | string> =>
  distance.catch((e: unknown) => {
    if (isUserError(e) && e.code === "fsd-rows") return e.message;
    throw e;
  });
