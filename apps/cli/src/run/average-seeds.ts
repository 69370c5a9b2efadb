import type { CaseScores, DomainScores, ModelResults, Results, Scores } from "@segdistill/core";
import { averageSeeds, summarise, type MetricName } from "@segdistill/metrics";
import { gainsOf } from "./gains.js";

/**
 * The results of several seeds as one: every picture's scores averaged over the seeds, so that n stays the number of pictures; means and deviations
 * from these, differences from every seed's own; pooled scores and training times averaged, memory the most; stages listed as "seed-1/teacher". `config` is the hash of the configuration with its list of seeds.
 */
export const averageResults = (all: readonly Results[], metrics: readonly MetricName[], config: string): Results => {
  const first = all[0]!;
  const models = Object.fromEntries(
    Object.entries(first.models).map(([name, model]): [string, ModelResults] => {
      const seconds = summarise(all.map((results) => results.models[name]!.trainSeconds)).mean.value;
      const domains = Object.keys(model.domains).map((domain) => [
        domain,
        averaged(
          all.map((r) => r.models[name]!.domains[domain]!),
          metrics,
        ),
      ]);
      const memory = all.flatMap((results) => results.models[name]!.memoryBytes ?? []);
      return [
        name,
        {
          ...reasoned({ ...model, trainSeconds: seconds, ...(memory.length > 0 && { memoryBytes: Math.max(...memory) }) }),
          domains: Object.fromEntries(domains) as Record<string, DomainScores>,
        },
      ];
    }),
  );
  const bySeed = (name: string) => all.map((results) => results.models[name]!.domains);
  return {
    ...first,
    seeds: all.map(({ seed }) => seed),
    finished: all.at(-1)!.finished,
    config,
    models,
    gains: models["baseline"] ? gainsOf(bySeed("distilled"), bySeed("baseline"), metrics, first.seed) : [],
    environment: environmentOf(all),
    stages: all.flatMap(({ seed, stages }) => stages.map((stage) => ({ ...stage, name: `seed-${seed}/${stage.name}` }))),
  };
};

/** That of the first seed, with what is to be said of any. */
const environmentOf = (all: readonly Results[]): Results["environment"] => {
  const notes = all.flatMap(({ seed, environment }) => (environment.notBitExact ?? []).map((note) => `seed ${seed}: ${note}`));
  const { notBitExact, ...first } = all[0]!.environment;
  void notBitExact; // told with its seed
  return { ...first, ...(notes.length > 0 && { notBitExact: notes }) };
};

/** Without the reasons of numbers that another seed has. */
const reasoned = ({ reasons = {}, ...model }: ModelResults): ModelResults => {
  const kept = Object.entries(reasons).filter(([name]) => (model as Readonly<Record<string, unknown>>)[name] === null);
  return { ...model, ...(kept.length > 0 && { reasons: Object.fromEntries(kept) }) };
};

const averaged = (seeds: readonly DomainScores[], metrics: readonly MetricName[]): DomainScores => {
  const byMetric = metrics.map((metric) => {
    const rows = averageSeeds(
      seeds.map(({ cases }) => cases.map((row) => ({ id: row.id, group: row.group, value: row[metric] as number | null }))),
    );
    return [metric, rows] as const;
  });
  const summaries = byMetric.map(([metric, rows]) => [metric, summarise(rows.map(({ value }) => value))] as const);
  return {
    cases: seeds[0]!.cases.map(
      ({ id, group }, i): CaseScores => ({ id, group, ...scores(byMetric.map(([metric, rows]) => [metric, rows[i]!.value])) }),
    ),
    mean: scores(summaries.map(([metric, { mean }]) => [metric, mean.value])),
    sd: scores(summaries.map(([metric, { sd }]) => [metric, sd.value])),
    pooled: scores(metrics.map((metric) => [metric, summarise(seeds.map(({ pooled }) => pooled[metric] as number | null)).mean.value])),
  };
};

const scores = (entries: readonly (readonly [string, number | null])[]): Scores => {
  const nulls = entries.filter(([, value]) => value === null);
  return {
    ...Object.fromEntries(entries),
    ...(nulls.length > 0 && { reasons: Object.fromEntries(nulls.map(([metric]) => [metric, "could not be computed in any seed"])) }),
  };
};
