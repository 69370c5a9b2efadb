import { lowerIsBetter, modelName } from "../names.js";
import { signed } from "../numbers.js";
import type { ComparedDomain, Comparison } from "./comparison.js";

/** A difference as it is drawn. */
export interface DrawnDifference {
  readonly label: string;
  readonly mean: number;
  readonly bar: readonly [low: number, high: number] | null;
  /** The same in digits. */
  readonly digits: string;
}

/** The differences of a test set that have a mean, in the table's order. */
export const drawnOf = ({ rows }: ComparedDomain): readonly DrawnDifference[] =>
  rows.flatMap(({ run, model, difference }) => {
    if (!difference || difference.mean === null) return [];
    const { mean, low, high } = difference;
    const bar = low === null || high === null ? null : ([low, high] as const);
    const digits = bar ? `${signed(mean)} (${signed(bar[0])} to ${signed(bar[1])})` : `${signed(mean)}, no interval`;
    return [{ label: model === "distilled" ? run : `${run}, ${modelName(model).toLowerCase()}`, mean, bar, digits }];
  });

/** All that one axis for every test set must hold, with some room at both sides of 0. */
export const reachOf = ({ domains }: Comparison): readonly number[] => {
  const reach = domains.flatMap((domain) => drawnOf(domain).flatMap(({ mean, bar }) => [mean, ...(bar ?? [])]));
  const least = 0.35 * Math.max(1e-3, ...reach.map(Math.abs));
  return [...reach, -least, least];
};

/** What is said at the two sides of 0. */
export const sidesOf = (metric: string): readonly [left: string, right: string] =>
  lowerIsBetter(metric) ? ["better", "worse"] : ["worse", "better"];
