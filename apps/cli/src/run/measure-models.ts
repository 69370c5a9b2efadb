import type { DomainScores } from "@segdistill/core";
import type { Mask, NetworkSpec } from "@segdistill/core/contract";
import { stoppedMeasuring } from "../errors.js";
import type { Progress } from "../terminal/progress.js";
import { domainResults, type Row } from "./domain-results.js";
import { measureCase, predictCase, type Evaluating } from "./evaluate-cases.js";
import type { Forward } from "./forward.js";
import type { Part } from "./open-data.js";

/** A trained network under the name that people know it by. */
export interface NamedModel {
  readonly name: string;
  readonly spec: NetworkSpec<string>;
  readonly forward: Forward;
}

export interface Measuring {
  readonly how: Evaluating;
  readonly show: Progress;
  readonly signal?: AbortSignal;
  /** Told of every picture. */
  readonly predicted?: (domain: string, id: string, prediction: Mask) => Promise<void>;
}

export type Domains = Readonly<Record<string, Pick<Part, "cases">>>;

/** One trained network on every domain. Throws run/stopped where the signal is aborted. */
export const measureModel = async (
  { name, spec, forward }: NamedModel,
  domains: Domains,
  { how, show, signal, predicted }: Measuring,
): Promise<Record<string, DomainScores>> => {
  const all: Record<string, DomainScores> = {};
  for (const [domain, { cases }] of Object.entries(domains)) {
    const rows: Row[] = [];
    for (const [i, one] of cases.entries()) {
      if (signal?.aborted) throw stoppedMeasuring();
      const found = await predictCase(one, forward.logits, spec.multiple, how);
      rows.push({ id: one.id, group: one.group, measured: measureCase(found, how) });
      await predicted?.(domain, one.id, found.prediction);
      show.doing(`measuring ${name} on ${domain}`, `${i + 1}/${cases.length}`);
    }
    all[domain] = domainResults(rows, how.metrics);
  }
  return all;
};
