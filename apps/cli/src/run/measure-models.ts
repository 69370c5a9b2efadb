import type { DomainScores } from "@segdistill/core";
import type { Mask, NetworkSpec } from "@segdistill/core/contract";
import { stoppedMeasuring } from "./errors.js";
import type { Progress } from "../terminal/progress.js";
import { pool, type Measured } from "@segdistill/metrics";
import { domainResults, type Row } from "./domain-results.js";
import { measureCase, openCase, predictCase, type Evaluating } from "./evaluate-cases.js";
import type { Forward } from "./forward.js";
import type { Part } from "./open-data.js";
import { unitOf } from "./units.js";

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
  /** Told of every model's prediction of every picture. */
  readonly predicted?: (model: string, domain: string, id: string, prediction: Mask) => Promise<void>;
}

export type Domains = Readonly<Record<string, Pick<Part, "cases">>>;

/** Trained networks on every domain, by model and domain, a row for every picture and for every volume, whose slices are counted together; each picture is read and prepared once, and none for no network. Throws run/stopped where the signal is aborted. */
export const measureModels = async (
  models: readonly NamedModel[],
  domains: Domains,
  { how, show, signal, predicted }: Measuring,
): Promise<Readonly<Record<string, Readonly<Record<string, DomainScores>>>>> => {
  if (models.length === 0) return {};
  const all: Record<string, Record<string, DomainScores>> = Object.fromEntries(models.map(({ name }) => [name, {}]));
  for (const [domain, { cases }] of Object.entries(domains)) {
    const rows = models.map(() => new Map<string, { readonly group: string; readonly measured: Measured[] }>());
    for (const [i, one] of cases.entries()) {
      if (signal?.aborted) throw stoppedMeasuring();
      const opened = await openCase(one, how);
      for (const [m, { name, spec, forward }] of models.entries()) {
        const found = await predictCase(opened, forward.logits, spec.multiple, how);
        const unit = unitOf(one);
        if (!rows[m]!.has(unit)) rows[m]!.set(unit, { group: one.group, measured: [] });
        rows[m]!.get(unit)!.measured.push(measureCase(found, how));
        await predicted?.(name, domain, one.id, found.prediction);
      }
      show.doing(`measuring on ${domain}`, `${i + 1}/${cases.length}`);
    }
    for (const [m, { name }] of models.entries()) all[name]![domain] = domainResults(rowsOf(rows[m]!), how.metrics);
  }
  return all;
};

const rowsOf = (units: ReadonlyMap<string, { readonly group: string; readonly measured: readonly Measured[] }>): Row[] =>
  [...units].map(([id, { group, measured }]) => ({ id, group, measured: measured.length === 1 ? measured[0]! : pool(measured) }));
