import type { Results, Scores } from "@segdistill/core";
import { metricsOf } from "@segdistill/report";

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

/** Compares the scores of two runs, metric by metric; a model, set, picture or number that one side lacks is a difference. Source: our choice. */
export const compareScores = (there: Results, here: Results): readonly ScoreCompared[] => {
  const [a, b] = [entriesOf(there.models), entriesOf(here.models)];
  return both(a, b).flatMap((model) => {
    const [c, d] = [entriesOf(a.get(model)?.domains), entriesOf(b.get(model)?.domains)];
    return both(c, d).flatMap((domain) => {
      const [one, other] = [rowsOf(c.get(domain)), rowsOf(d.get(domain))];
      const metrics = new Set([...one.values(), ...other.values()].flatMap(metricsOf));
      return [...metrics].map((metric) => ({ model, domain, metric, ...difference(one, other, metric) }));
    });
  });
};

/** As a map, in which a name from a file ("constructor") finds only what was put there. */
const entriesOf = <T>(record: Readonly<Record<string, T>> = {}): ReadonlyMap<string, T> => new Map(Object.entries(record));
const both = (a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): readonly string[] => [
  ...new Set([...a.keys(), ...b.keys()]),
];

type Rows = ReadonlyMap<string, Scores>;

const rowsOf = (domain: Results["models"][string]["domains"][string] | undefined): Rows => {
  const rows = new Map<string, Scores>();
  for (const { id, group, ...scores } of domain?.cases ?? []) {
    void group;
    rows.set(`picture ${id}`, scores as Scores);
  }
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
