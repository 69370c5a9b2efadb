/** Fewer seeds say next to nothing about other seeds. */
const enoughSeeds = 3;
/** With four groups Wilcoxon's test cannot give less than 0.125; from six on it can fall below 0.05. */
const enoughGroups = 5;

/** Says in a sentence that there are too few seeds (fewer than 3); null where there are enough. Source: the bound is ours. */
export const seedCaution = (seeds: number): string | null => {
  if (seeds === 1) return `One seed is too few (fewer than ${enoughSeeds}): how much another seed would change is not known.`;
  return seeds < enoughSeeds ? `${seeds} seeds are too few (fewer than ${enoughSeeds}): the interval says little about other seeds.` : null;
};

/**
 * Says in a sentence that there are too few groups (fewer than 5); null where there are enough, or none at all.
 * Of G groups the least two-sided p of the signed-rank test is `2 / 2^G`.
 * Source: the bound is ours; percentile intervals of few units are too narrow: Davison & Hinkley, "Bootstrap Methods and their Application" (1997), 2.6 and 5.3.
 */
export const groupCaution = (groups: number): string | null => {
  if (groups === 1) return `One group is too few (fewer than ${enoughGroups}): nothing is known about other groups.`;
  return groups > 0 && groups < enoughGroups
    ? `${groups} groups are too few (fewer than ${enoughGroups}): the interval tends to be too narrow, and no p-value below ${2 / 2 ** groups} is possible.`
    : null;
};

/**
 * What a comparison rests too little on, in sentences: seeds, then groups. Empty where there is enough of both.
 *
 * @param counts whole numbers; seeds ≥ 1, groups ≥ 0
 * @example
 * cautions({ seeds: 1, groups: 9 }); // ["One seed is too few (fewer than 3): how much another seed would change is not known."]
 */
export const cautions = ({ seeds, groups }: { readonly seeds: number; readonly groups: number }): readonly string[] =>
  [seedCaution(seeds), groupCaution(groups)].filter((said) => said !== null);
