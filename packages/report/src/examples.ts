import type { CaseScores } from "@segdistill/core";
import { lowerIsBetter } from "./names.js";
import type { Rank } from "./report-input.js";

/**
 * Which pictures to show: best, median and worst by one metric of one model (usually the distilled student's Dice), best first.
 * Cases without that metric are left out; of two or one that remain each is shown once. The median of an even number is the lower middle one;
 * equal values stand in the order of their ids. Source: our choice.
 */
export const examplesOf = (cases: readonly CaseScores[], metric: string): readonly { readonly rank: Rank; readonly id: string }[] => {
  const better = lowerIsBetter(metric) ? 1 : -1;
  const known = cases.flatMap(({ id, [metric]: value }) => (typeof value === "number" ? [{ id, value }] : []));
  const sorted = known.sort((a, b) => better * (a.value - b.value) || (a.id < b.id ? -1 : 1));
  const n = sorted.length;
  const places: readonly (readonly [Rank, number])[] = [
    ["best", 0],
    ["median", Math.floor(n / 2)],
    ["worst", n - 1],
  ];
  const wanted = n === 2 ? [places[0]!, places[2]!] : n < 2 ? places.slice(0, n) : places;
  return wanted.map(([rank, place]) => ({ rank, id: sorted[place]!.id }));
};
