import type { Results } from "@segdistill/core";

/** One metric of one model on one test set in two runs. */
export interface ScoreCompared {
  readonly model: string;
  readonly domain: string;
  readonly metric: string;
  /** Number for number: every picture, mean, deviation, pooled. */
  readonly equal: boolean;
  /** Where it is not: the largest |a − b|, and of which picture, or "mean", "sd", "pooled"; null where a number stands on one side only. */
  readonly largest?: { readonly difference: number | null; readonly of: string };
}

const own = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
const notScores = ["id", "group", "reasons", "notes"];

/** Compares the scores of two runs, metric by metric; a model, set, picture or number that one side lacks is a difference. Source: our choice. */
export const compareScores = (there: Results, here: Results): readonly ScoreCompared[] => {
  const both = <T>(a: Readonly<Record<string, T>> | undefined, b: Readonly<Record<string, T>> | undefined): readonly string[] => [
    ...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})]),
  ];
  return both(there.models, here.models).flatMap((model) => {
    const [a, b] = [own(there.models, model)?.domains, own(here.models, model)?.domains];
    return both(a, b).flatMap((domain) => {
      const [one, other] = [rowsOf(own(a, domain)), rowsOf(own(b, domain))];
      const metrics = new Set([...one.values(), ...other.values()].flatMap((row) => Object.keys(row)));
      return [...metrics]
        .filter((metric) => !notScores.includes(metric))
        .map((metric) => ({ model, domain, metric, ...difference(one, other, metric) }));
    });
  });
};

type Rows = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

const rowsOf = (domain: Results["models"][string]["domains"][string] | undefined): Rows => {
  const rows = new Map<string, Readonly<Record<string, unknown>>>();
  for (const row of domain?.cases ?? []) rows.set(`picture ${row.id}`, row);
  for (const name of ["mean", "sd", "pooled"] as const) if (domain?.[name]) rows.set(name, domain[name]);
  return rows;
};

const difference = (one: Rows, other: Rows, metric: string): Pick<ScoreCompared, "equal" | "largest"> => {
  let largest: { difference: number | null; of: string } | undefined;
  for (const of of new Set([...one.keys(), ...other.keys()])) {
    const [a, b] = [one, other].map((rows) => rows.get(of)?.[metric]);
    if (a === b) continue;
    if (typeof a !== "number" || typeof b !== "number") return { equal: false, largest: { difference: null, of } };
    const found = Math.abs(a - b);
    if (largest === undefined || found > largest.difference!) largest = { difference: found, of };
  }
  return largest ? { equal: false, largest } : { equal: true };
};
