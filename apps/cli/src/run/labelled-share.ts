import type { Case } from "@segdistill/core/contract";
import { shuffled } from "@segdistill/core/random";

/** Which share of the training pictures counts as labelled, above 0 and at most 1; `seed` decides which groups these are. */
export interface LabelledShare {
  readonly share: number;
  readonly seed: number;
}

/**
 * Cases that count as labelled, and the others: whole groups in an order that follows from the seed, until `share` of the cases is reached, one group at least. Of one seed the
 * cases of a smaller share are among those of a larger one. Both in the order that they came in.
 *
 * methods.md 3.2.4: which cases are labelled is not published; drawn by seed [ours].
 *
 * @example labelledShare(cases, { share: 0.1, seed: 0 }) // { labelled, others }
 */
export const labelledShare = (
  cases: readonly Case[],
  { share, seed }: LabelledShare,
): { readonly labelled: readonly Case[]; readonly others: readonly Case[] } => {
  const groups = [...new Set(cases.map(({ group }) => group))].sort();
  const drawn = new Set<string>();
  let count = 0;
  for (const i of shuffled(groups.length, `${seed}/labelled`)) {
    if (count >= share * cases.length) break;
    drawn.add(groups[i]!);
    count += cases.filter(({ group }) => group === groups[i]).length;
  }
  return { labelled: cases.filter(({ group }) => drawn.has(group)), others: cases.filter(({ group }) => !drawn.has(group)) };
};
