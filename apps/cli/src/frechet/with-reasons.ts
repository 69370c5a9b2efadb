import type { Fsd } from "@segdistill/metrics-fsd";
import { isUserError } from "../errors.js";
import type { PairOfSets } from "./of-run.js";

/** What the distances between a run's observations are called. */
export const readings = { domain: "FSD_domain", align: "FSD_align", pred: "FSD_pred" } as const satisfies Record<
  PairOfSets["reading"],
  string
>;

/** Takes the distances of runs' own pairs one after the other. */
export interface WithReasons {
  /** A distance, or the reason why the pair has none: fewer than two rows, or fewer than the principal components asked for. Everything else that taking it throws is thrown. */
  readonly found: (distance: Promise<Fsd>) => Promise<Fsd | string>;
  /** At the end. Throws where not one pair had as many components as were asked for: then the option is wrong, not a set small. */
  readonly refuse: () => void;
}
export const withReasons = (): WithReasons => {
  let [some, tooMany]: [boolean, Error | null] = [false, null];
  return {
    found: async (distance) => {
      try {
        const found = await distance;
        some = true;
        return found;
      } catch (e) {
        if (!isUserError(e) || (e.code !== "fsd-rows" && e.code !== "fsd-pca")) throw e;
        if (e.code === "fsd-pca") tooMany ??= e;
        return e.message;
      }
    },
    refuse: () => {
      if (tooMany && !some) throw tooMany;
    },
  };
};
