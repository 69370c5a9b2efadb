import { pool, scoresOf, summarise, type Measured, type MetricName } from "@segdistill/metrics";

/** A number, or null with the reason beside it. */
type Values = Record<string, string | number | null | Record<string, string>>;

/** One model on one domain, as results.json has it. */
export interface DomainResults {
  readonly cases: readonly ({ readonly id: string; readonly group: string } & Readonly<Values>)[];
  readonly mean: Readonly<Values>;
  readonly pooled: Readonly<Values>;
}

interface Row {
  readonly id: string;
  readonly group: string;
  readonly measured: Measured;
}

/** Every metric per picture, its mean over pictures, and over all pixels pooled; what cannot be computed is null, with the reason under `reasons`. */
export const domainResults = (rows: readonly Row[], names: readonly MetricName[]): DomainResults => {
  const scores = rows.map(({ measured }) => scoresOf(measured, names));
  const cases = rows.map(({ id, group }, i) => ({ id, group, ...withReasons(names, (name) => scores[i]![name]) }));
  return {
    cases,
    mean: withReasons(names, (name) => summarise(scores.map((s) => s[name].value)).mean),
    pooled: rows.length === 0 ? {} : withReasons(names, pooledScores(rows, names)),
  };
};

const pooledScores = (rows: readonly Row[], names: readonly MetricName[]) => {
  const pooled = scoresOf(pool(rows.map(({ measured }) => measured)), names);
  return (name: MetricName) => pooled[name];
};

type Scored = { readonly value: number | null; readonly reason?: string };
const withReasons = (names: readonly MetricName[], scoreOf: (name: MetricName) => Scored): Values => {
  const scored = names.map((name) => [name, scoreOf(name)] as const);
  const reasons = Object.fromEntries(
    scored.flatMap(([name, score]) => (score.value === null ? [[name, score.reason ?? "not computed"]] : [])),
  );
  return {
    ...Object.fromEntries(scored.map(([name, score]) => [name, score.value])),
    ...(Object.keys(reasons).length > 0 && { reasons }),
  };
};
