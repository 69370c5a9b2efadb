import type { Precision } from "@segdistill/backend";
import type { DomainScores, Trained } from "@segdistill/core";
import type { Mask } from "@segdistill/core/contract";
import { measure, metrics, type MetricName } from "@segdistill/metrics";
import { stoppedMeasuring } from "../errors.js";
import type { Progress } from "../terminal/progress.js";
import { domainResults, type Row } from "./domain-results.js";
import { evaluateCase, type Evaluating } from "./evaluate-cases.js";
import { forward } from "./forward.js";
import type { Part } from "./open-data.js";
import type { Model } from "./stages.js";

export interface Measuring {
  readonly how: Evaluating;
  readonly precision: Precision;
  readonly show: Progress;
  readonly signal?: AbortSignal;
  /** Told of every picture. */
  readonly predicted?: (domain: string, id: string, prediction: Mask) => Promise<void>;
}

/** A trained network under the name that people know it by. */
export interface Measured extends Pick<Model, "spec"> {
  readonly name: string;
  readonly network: ReturnType<Trained["network"]>;
}
type Domains = Readonly<Record<string, Pick<Part, "cases">>>;

/** One trained network on every domain. */
export const measureModel = async (
  { name, spec, network }: Measured,
  domains: Domains,
  { how, precision, show, signal, predicted }: Measuring,
): Promise<Record<string, DomainScores>> => {
  const { logits, dispose } = forward(network, precision);
  const all: Record<string, DomainScores> = {};
  try {
    for (const [domain, { cases }] of Object.entries(domains)) {
      const rows: Row[] = [];
      for (const [i, one] of cases.entries()) {
        if (signal?.aborted) throw stoppedMeasuring();
        const { prediction, ...row } = await evaluateCase(one, logits, spec.multiple, how);
        rows.push(row);
        await predicted?.(domain, one.id, prediction);
        show.doing(`measuring ${name} on ${domain}`, `${i + 1}/${cases.length}`);
      }
      all[domain] = domainResults(rows, how.metrics);
    }
    return all;
  } finally {
    dispose();
  }
};

/** What a second observer scores against the first, where a domain has one; a person gives no scores, so metrics that need them are null. */
export const secondObserver = async (
  domains: Domains,
  names: readonly MetricName[],
  classes: number,
): Promise<Record<string, DomainScores>> => {
  const all: Record<string, DomainScores> = {};
  const drawn = names.filter((name) => metrics[name].needs === "labels");
  const missing = names.filter((name) => !drawn.includes(name));
  const reason = "a second observer draws labels and gives no scores";
  const nulls = {
    ...Object.fromEntries(missing.map((name) => [name, null])),
    ...(missing.length > 0 && { reasons: Object.fromEntries(missing.map((name) => [name, reason])) }),
  };
  const completed = <T extends { readonly reasons?: Readonly<Record<string, string>> }>(of: T) =>
    missing.length === 0 ? of : { ...of, ...nulls, reasons: { ...of.reasons, ...nulls.reasons } };
  for (const [domain, { cases }] of Object.entries(domains)) {
    const rows: Row[] = [];
    for (const one of cases) {
      const [second, truth, fieldOfView] = await Promise.all([one.secondObserver(), one.label(), one.fieldOfView()]);
      if (!second || !truth) continue;
      const valid = fieldOfView?.data ?? null;
      rows.push({
        id: one.id,
        group: one.group,
        measured: measure({ prediction: second.data, truth: truth.data, valid, classes, scores: null }),
      });
    }
    if (rows.length === 0) continue;
    const { cases: scored, mean, sd, pooled } = domainResults(rows, drawn);
    all[domain] = { cases: scored.map(completed), mean: completed(mean), sd: completed(sd ?? {}), pooled: completed(pooled) };
  }
  return all;
};
