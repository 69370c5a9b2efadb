import { byCase, sameCases, type CaseValue } from "./case-values.js";
import { noSeeds, otherSeeds } from "./errors.js";

/** Two sides that were measured on the same cases with the same seeds. */
export interface Sides {
  /** One list of cases per seed. */
  readonly model: readonly (readonly CaseValue[])[];
  /** The same seeds in the same order, the same cases in any order. */
  readonly against: readonly (readonly CaseValue[])[];
}

/** Differences of one case. */
export interface Difference {
  readonly id: string;
  readonly group: string;
  /** `model − against`, one for each seed. */
  readonly bySeed: readonly number[];
}

/** What two sides differ by. */
export interface Differences {
  readonly seeds: number;
  /** Sorted by id. */
  readonly cases: readonly Difference[];
  /** Cases left out because a side is null in a seed. */
  readonly nulls: number;
}

/**
 * Pairs two sides: a pair is one case's value for the model and the same case's for what it is compared with, of the same seed.
 * `d_cs = model_cs − against_cs`. A case that is null on a side in any seed is left out whole and counted, so that every seed speaks of the same cases.
 *
 * Throws where a side has no seed, the sides have different numbers of seeds, or cases or groups differ (the cases are named); a case stands twice; a value is not finite.
 * Source: ours.
 */
export function pairedDifferences({ model, against }: Sides): Differences {
  if (model.length === 0 || against.length === 0) throw noSeeds();
  if (model.length !== against.length) throw otherSeeds(model.length, against.length);
  const name = (who: string, seed: number): string => (model.length === 1 ? who : `${who}, seed ${seed + 1} of ${model.length}`);
  const lists = [
    ...model.map((rows, s) => ({ who: name("the model", s), rows: byCase(rows, name("the model", s)) })),
    ...against.map((rows, s) => ({ who: name("what it is compared with", s), rows: byCase(rows, name("what it is compared with", s)) })),
  ];
  const first = lists[0]!;
  for (const { who, rows } of lists) sameCases(who, rows, first.who, first.rows);
  const cases: Difference[] = [];
  // Sorted by id, so that neither sums nor draws depend on the order of the rows.
  const ids = [...first.rows.keys()].sort();
  for (const id of ids) {
    const values = lists.map(({ rows }) => rows.get(id)!.value);
    if (values.some((value) => value === null)) continue;
    const numbers = values as readonly number[];
    cases.push({ id, group: first.rows.get(id)!.group, bySeed: model.map((_, s) => numbers[s]! - numbers[model.length + s]!) });
  }
  return { seeds: model.length, cases, nulls: ids.length - cases.length };
}
