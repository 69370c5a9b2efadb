import type { CaseScores, DomainScores, Scores } from "@segdistill/core";
import { pool, scoresOf, summarise, type Measured, type MetricName, type Score } from "@segdistill/metrics";

/** A case that was measured. */
export interface Row {
  readonly id: string;
  readonly group: string;
  readonly measured: Measured;
}

/** Every metric per picture, mean and standard deviation over pictures, and pooled over all pixels; what cannot be computed is null, with a reason. */
export const domainResults = (rows: readonly Row[], names: readonly MetricName[]): DomainScores => {
  const scores = rows.map(({ measured }) => scoresOf(measured, names));
  const summary = (name: MetricName) => summarise(scores.map((s) => s[name].value));
  const pooled = scoresOf(pool(rows.map(({ measured }) => measured)), names);
  return {
    cases: rows.map(({ id, group }, i): CaseScores => ({ id, group, ...explained(names, (name) => scores[i]![name]) })),
    mean: explained(names, (name) => summary(name).mean),
    sd: explained(names, (name) => summary(name).sd),
    pooled: explained(names, (name) => pooled[name]),
  };
};

const explained = (names: readonly MetricName[], scoreOf: (name: MetricName) => Score): Scores => {
  const scored = names.map((name) => [name, scoreOf(name)] as const);
  const reasons = Object.fromEntries(scored.flatMap(([name, s]) => (s.value === null ? [[name, s.reason]] : [])));
  const notes = Object.fromEntries(scored.flatMap(([name, s]) => (s.value !== null && s.note !== undefined ? [[name, s.note]] : [])));
  return {
    ...Object.fromEntries(scored.map(([name, s]) => [name, s.value])),
    ...(Object.keys(reasons).length > 0 && { reasons }),
    ...(Object.keys(notes).length > 0 && { notes }),
  };
};
