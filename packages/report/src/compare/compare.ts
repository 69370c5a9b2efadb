import { averageSeeds, bootstrapGain, groupCaution, seedCaution, summarise, type CaseValue } from "@segdistill/metrics";
import type { ModelResults } from "@segdistill/core";
import { finding } from "../finding.js";
import { inOrder } from "../names.js";
import { listed } from "../numbers.js";
import { headMetric } from "../summary.js";
import { assertComparable } from "./comparable.js";
import type { CompareOptions, ComparedDifference, ComparedDomain, ComparedRow, ComparedRun, Comparison } from "./comparison.js";
import { own } from "./own.js";
import { againstOf, sharedSeeds, type Reference } from "./reference.js";
import { withHolm, type Uncorrected } from "./with-holm.js";
import { stageCautions } from "../stage-cautions.js";

/**
 * Several runs in one table: per test set and model mean ± deviation, the difference to what it is compared with with interval and test, size, time and memory.
 * A pair is one case of one seed; differences, intervals and tests are those of `bootstrapGain` of @segdistill/metrics at level 0.95, p-values corrected by Holm over all
 * comparisons of the table. Runs with several seeds are compared over the seeds that both sides have; where that leaves some out, a caution says so.
 *
 * @param runs at least one, each of another label
 * Throws report-compare-… where the runs cannot be compared ({@link assertComparable}, {@link againstOf}, {@link sharedSeeds}). Pure: the same input, the same table. Source: our choice.
 */
export const compare = (runs: readonly ComparedRun[], options: CompareOptions): Comparison =>
  withHolm([compareUncorrected(runs, options)])[0]!;

/** As {@link compare}, without Holm's correction: for tables that are to be corrected together. Throws what `compare` throws. Source: our choice. */
export const compareUncorrected = (runs: readonly ComparedRun[], { metric, against = "baseline", draw }: CompareOptions): Uncorrected => {
  const measured = metric ?? headMetric(runs[0]!.seeds[0]!) ?? "dice";
  assertComparable(runs, measured);
  const reference = againstOf(runs, against);
  const all = runs.flatMap(({ seeds }) => seeds);
  const names = [...new Set(all.flatMap(({ data }) => Object.keys(data)))];
  const domains = names.map((domain): ComparedDomain => {
    const { unseen, cases, groups } = all.map(({ data }) => own(data, domain)).find((data) => data !== undefined)!;
    const rows = runs.flatMap((run) =>
      inOrder(Object.keys(run.seeds[0]!.models)).flatMap((model): readonly ComparedRow[] => {
        if (valuesOf(run, model, domain, measured) === null) return [];
        const other = reference.of(run, model);
        const difference = other === null ? null : differenceOf({ run, model }, other, domain, measured, draw);
        return [{ ...rowOf(run, model, domain, measured), difference }];
      }),
    );
    return { domain, unseen, cases, groups, rows };
  });
  return {
    metric: measured,
    level: 0.95,
    against: reference.words,
    runs: runs.map(({ label, seeds, tries }) => ({ label, seeds: seeds.map(({ seed }) => seed), ...(tries !== undefined && { tries }) })),
    domains,
    cautions: cautionsOf(runs, domains),
  };
};

/** A model's values by seed; null where it was not measured on the set in every seed. */
const valuesOf = ({ seeds }: ComparedRun, model: string, domain: string, metric: string): readonly (readonly CaseValue[])[] | null => {
  const all = seeds.map(({ models }) => own(own(models, model)?.domains, domain)?.cases);
  if (all.some((cases) => cases === undefined)) return null;
  const value = (found: unknown): number | null => (typeof found === "number" ? found : null);
  return all.map((cases) => cases!.map((row) => ({ id: row.id, group: row.group, value: value(row[metric]) })));
};

const rowOf = (run: ComparedRun, model: string, domain: string, metric: string): Omit<ComparedRow, "difference"> => {
  const values = valuesOf(run, model, domain, metric)!;
  const { mean, sd } = summarise(averageSeeds(values).map(({ value }) => value));
  const means = values.map((rows) => summarise(rows.map(({ value }) => value)).mean.value);
  const models = run.seeds.map((results) => results.models[model]!);
  const known = (of: (one: ModelResults) => number | null | undefined): readonly number[] =>
    models.flatMap((one) => {
      const number = of(one) ?? null;
      return number === null ? [] : [number];
    });
  const memory = known(({ memoryBytes }) => memoryBytes);
  return {
    run: run.label,
    model,
    seeds: run.seeds.length,
    mean: mean.value,
    sd: sd.value,
    ...(mean.value === null && { reason: mean.reason }),
    seedSd: model === "second-observer" ? null : summarise(means).sd.value, // a person has no seed
    parameters: models[0]!.parameters,
    macs: models[0]!.macs,
    trainSeconds: summarise(known(({ trainSeconds }) => trainSeconds)).mean.value,
    memoryBytes: memory.length === 0 ? null : Math.max(...memory),
  };
};

const differenceOf = (
  one: Reference,
  other: Reference,
  domain: string,
  metric: string,
  draw: CompareOptions["draw"],
): ComparedDifference | null => {
  const seeds = sharedSeeds(one.run, other.run);
  const side = ({ run, model }: Reference) =>
    valuesOf({ ...run, seeds: seeds.map((seed) => run.seeds.find((results) => results.seed === seed)!) }, model, domain, metric);
  const [model, against] = [side(one), side(other)];
  if (model === null || against === null) return null;
  // the key of results.json: one run compared with its own baseline has the interval that stands there
  const gain = bootstrapGain({ model, against, draw, key: `${seeds[0]!}/gain/${domain}/${metric}` });
  const { mean, low, high, n, groups, nulls, method, test } = gain;
  return {
    ...{ run: other.run.label, model: other.model, mean, low, high, n, groups, seeds: gain.seeds, nulls, method },
    ...("reason" in gain && { reason: gain.reason }),
    ...{ p: test.p, pHolm: null, effect: test.effect, test: test.p === null ? test.reason : test.method },
    finding: finding({ mean, low, high, metric }),
  };
};

/** What is said of seeds names the runs, what is said of groups the test sets; the same sentence stands once. */
const cautionsOf = (runs: readonly ComparedRun[], domains: readonly ComparedDomain[]): readonly string[] => {
  const said = new Map<string, Set<string>>();
  const say = (who: string, sentence: string | null): void => {
    if (sentence !== null) said.set(sentence, (said.get(sentence) ?? new Set()).add(who));
  };
  for (const { domain, rows } of domains)
    for (const { run, seeds, difference } of rows) {
      if (difference === null) continue;
      say(run, seedCaution(difference.seeds));
      const both = runs.find(({ label }) => label === difference.run)!.seeds.length;
      if (difference.seeds < Math.max(seeds, both))
        say(
          run,
          `Compared with ${difference.run} over the ${difference.seeds === 1 ? "one seed" : `${difference.seeds} seeds`} that both have.`,
        );
      say(domain, groupCaution(difference.groups));
    }
  for (const { label, seeds } of runs) for (const results of seeds) for (const sentence of stageCautions(results)) say(label, sentence);
  for (const run of runs)
    for (const model of new Set(run.seeds.flatMap(({ models }) => Object.keys(models))))
      for (const { domain } of domains) {
        const measured = run.seeds.filter(({ models }) => own(own(models, model)?.domains, domain) !== undefined).length;
        if (measured > 0 && measured < run.seeds.length)
          say(run.label, `${model} was measured on ${domain} in ${measured} of ${run.seeds.length} seeds only, so it is left out there.`);
      }
  return [...said].map(([sentence, who]) => `${listed([...who])}: ${sentence}`);
};
