import type { DomainScores, ModelResults } from "@segdistill/core";
import { measure, metrics, type MetricName } from "@segdistill/metrics";
import { domainResults, type Row } from "./domain-results.js";
import type { Domains } from "./measure-models.js";

/** What a second observer scores against the first, where a domain has one, on the input's own grid. */
export const secondObserver = async (
  domains: Domains,
  names: readonly MetricName[],
  classes: number,
): Promise<Record<string, DomainScores>> => {
  const all: Record<string, DomainScores> = {};
  const drawn = names.filter((name) => metrics[name].needs === "labels");
  const others = names.filter((name) => !drawn.includes(name));
  for (const [domain, { cases }] of Object.entries(domains)) {
    const rows: Row[] = [];
    for (const one of cases) {
      const second = await one.secondObserver();
      if (!second) continue; // the rest is not read: of volumes that takes as long as to measure on them
      const [truth, fieldOfView] = await Promise.all([one.label(), one.fieldOfView()]);
      if (!truth) continue;
      const pair = { prediction: second.data, truth: truth.data, valid: fieldOfView?.data ?? null, classes };
      rows.push({ id: one.id, group: one.group, measured: measure({ ...pair, scores: null }) });
    }
    if (rows.length > 0) all[domain] = withoutScores(domainResults(rows, drawn), others);
  }
  return all;
};

type Reasoned = { readonly reasons?: Readonly<Record<string, string>> };

/** A person draws labels and gives no scores: metrics that need them are null. */
const withoutScores = ({ cases, mean, sd, pooled }: DomainScores, names: readonly MetricName[]): DomainScores => {
  if (names.length === 0) return { cases, mean, ...(sd && { sd }), pooled };
  const nulls = Object.fromEntries(names.map((name) => [name, null]));
  const reasons = Object.fromEntries(names.map((name) => [name, "a second observer draws labels and gives no scores"]));
  const completed = <T extends Reasoned>(of: T): T => ({ ...of, ...nulls, reasons: { ...of.reasons, ...reasons } });
  return { cases: cases.map(completed), mean: completed(mean), ...(sd && { sd: completed(sd) }), pooled: completed(pooled) };
};

/** A second observer as a model of the results. */
export const observerResults = (domains: ModelResults["domains"]): ModelResults => {
  const reason = "a person, not a network";
  return {
    parameters: null,
    macs: null,
    trainSeconds: null,
    reasons: { parameters: reason, macs: reason, trainSeconds: reason },
    domains,
  };
};
