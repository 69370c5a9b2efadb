/** Fewer seeds say next to nothing about other seeds. */
const enoughSeeds = 3;
/** With four groups Wilcoxon's test cannot give less than 0.125; from six on it can fall below 0.05. */
const enoughGroups = 5;

/**
 * Says in whole sentences what a comparison rests too little on: fewer than 3 seeds, fewer than 5 groups. Empty where there is enough of both.
 * Of G groups the least two-sided p of the signed-rank test is `2 / 2^G`.
 *
 * @param counts whole numbers; seeds ≥ 1, groups ≥ 0
 * Source: the bounds are ours; percentile intervals of few units are too narrow: Davison & Hinkley, "Bootstrap Methods and their Application" (1997), 2.6 and 5.3.
 *
 * @example
 * cautions({ seeds: 1, groups: 9 }); // ["One seed is too few (fewer than 3): how much another seed would change is not known."]
 */
export function cautions({ seeds, groups }: { readonly seeds: number; readonly groups: number }): readonly string[] {
  const ofSeeds =
    seeds === 1
      ? [`One seed is too few (fewer than ${enoughSeeds}): how much another seed would change is not known.`]
      : seeds < enoughSeeds
        ? [`${seeds} seeds are too few (fewer than ${enoughSeeds}): the interval says little about other seeds.`]
        : [];
  const ofGroups =
    groups === 1
      ? [`One group is too few (fewer than ${enoughGroups}): nothing is known about other groups.`]
      : groups > 0 && groups < enoughGroups
        ? [
            `${groups} groups are too few (fewer than ${enoughGroups}): the interval tends to be too narrow, and no p-value below ${2 / 2 ** groups} is possible.`,
          ]
        : [];
  return [...ofSeeds, ...ofGroups];
}
