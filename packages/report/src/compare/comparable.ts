import type { CaseScores, Results } from "@segdistill/core";
import { noSharedDomain, noSuchMetric, otherCases, otherData, otherGrid, otherGroups } from "../errors.js";
import { metricsOf } from "../metrics-of.js";
import { own } from "./own.js";
import type { ComparedRun } from "./comparison.js";

/** Results under the name that an error calls them by. */
interface Named {
  readonly name: string;
  readonly results: Results;
}

/** The metrics that a model was measured by anywhere. */
const measuredBy = ({ models }: Results): readonly string[] => [
  ...new Set(Object.values(models).flatMap(({ domains }) => Object.values(domains).flatMap(({ mean }) => metricsOf(mean)))),
];

/**
 * Holds runs to one another: a test set of one name has one fingerprint, the same cases, the same groups in all of them; they share a test set, the metric and the grid.
 * Throws report-compare-data, -cases, -groups, -domains, -metric, -grid; each says what differs and what to do. Source: our choice.
 */
export const assertComparable = (runs: readonly ComparedRun[], metric: string): void => {
  const all = runs.flatMap(({ label, seeds }) =>
    seeds.map((results): Named => ({ name: seeds.length === 1 ? label : `${label}, seed ${results.seed}`, results })),
  );
  for (const { name, results } of all) if (!measuredBy(results).includes(metric)) throw noSuchMetric(name, metric, measuredBy(results));
  const [scored, ...others] = runs.filter(({ at }) => at !== undefined);
  for (const { label, at } of others) if (at !== scored!.at) throw otherGrid(label, at!, scored!.label, scored!.at!);
  const domains = [...new Set(all.flatMap(({ results }) => Object.keys(results.data)))];
  if (!domains.some((domain) => all.every(({ results }) => Object.hasOwn(results.data, domain))))
    throw noSharedDomain(all.map(({ name, results }) => [name, Object.keys(results.data)]));
  for (const domain of domains) {
    const [first, ...rest] = all.filter(({ results }) => Object.hasOwn(results.data, domain));
    for (const other of rest) sameData(domain, first!, other);
  }
};

/** Every case of a test set that a model was measured on, with its group. */
const casesOf = ({ models }: Results, domain: string): ReadonlyMap<string, string> =>
  new Map(
    Object.values(models).flatMap(({ domains }): readonly (readonly [string, string])[] =>
      (own(domains, domain)?.cases ?? []).map(({ id, group }: CaseScores) => [id, group]),
    ),
  );

const sameData = (domain: string, first: Named, other: Named): void => {
  const [expected, found] = [first.results.data[domain]!.fingerprint, other.results.data[domain]!.fingerprint];
  if (expected !== found) throw otherData(domain, other.name, found, first.name, expected);
  const [theirs, ours] = [casesOf(first.results, domain), casesOf(other.results, domain)];
  const missing = [...theirs.keys()].filter((id) => !ours.has(id));
  const surplus = [...ours.keys()].filter((id) => !theirs.has(id));
  if (missing.length + surplus.length > 0) throw otherCases(domain, other.name, missing, surplus, first.name);
  for (const [id, group] of ours)
    if (group !== theirs.get(id)) throw otherGroups(domain, id, other.name, group, first.name, theirs.get(id)!);
};
