import { byCase, sameCases, type CaseValue } from "./case-values.js";
import { noSeeds } from "./errors.js";
import { summarise } from "./summary.js";

/** A case averaged over seeds. */
export interface SeedMean extends CaseValue {
  /** In how many seeds the case was null: left out of its mean. */
  readonly nulls: number;
}

/**
 * Values per case, averaged over the seeds of one model, so that n is pictures and not pictures times seeds.
 * `v_c = Σ_s v_cs / n_c` over the n_c seeds with a value; null where there is none. The order is that of the first seed.
 *
 * @param seeds one list of cases per seed; each holds the same cases in any order
 * Throws where no seed is given, a case is missing, stands twice or changes its group, or a value is not finite. Source: ours.
 */
export function averageSeeds(seeds: readonly (readonly CaseValue[])[]): SeedMean[] {
  const lists = seeds.map((rows, s) => byCase(rows, `seed ${s + 1} of ${seeds.length}`));
  const [first] = lists;
  if (first === undefined) throw noSeeds();
  lists.forEach((list, s) => sameCases(`seed ${s + 1}`, list, "the first seed", first));
  return Array.from(first.values(), ({ id, group }) => {
    const values = lists.map((list) => list.get(id)!.value);
    const { mean, nulls } = summarise(values);
    return { id, group, value: mean.value, nulls };
  });
}
