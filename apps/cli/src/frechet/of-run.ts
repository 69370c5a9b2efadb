import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";
import type { RunView } from "@segdistill/core";
import { noObservations } from "./errors.js";

const ending = ".safetensors";

/** A file of a run's observations: the vectors of one domain's pictures. */
export interface ObservedSet {
  /** "gkd/msan": who observed them. */
  readonly method: string;
  readonly domain: string;
  readonly unseen: boolean;
  /** "teacher", "student", "mask" or "predicted". */
  readonly name: string;
  readonly file: string;
}

/** Two files of a run's observations, and what the distance between them says. */
export interface PairOfSets {
  readonly reading: "align" | "domain" | "pred";
  /** "teacher", "student", or "" where the distance is of predictions. */
  readonly network: string;
  /** "stare", or "chase → stare". */
  readonly on: string;
  /** The domain of x and of y. */
  readonly domains: readonly [string, string];
  readonly x: string;
  readonly y: string;
}

type Run = Pick<RunView, "paths" | "results">;

/**
 * Every file of observations of a run that has ended, in the order of its test sets.
 *
 * @throws frechet/no-observations
 */
export const observedSets = async ({ paths, results }: Run): Promise<readonly ObservedSet[]> => {
  const sets: ObservedSet[] = [];
  for (const [domain, { unseen }] of Object.entries(results?.data ?? {})) {
    const folder = join(paths.observation(domain, "any"), "..");
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    for (const file of names.filter((name) => name.endsWith(ending)).sort()) {
      const parts = file.slice(0, -ending.length).split(sep);
      sets.push({ method: parts.slice(0, -1).join("/"), domain, unseen, name: parts.at(-1)!, file: join(folder, file) });
    }
  }
  if (sets.length === 0) throw noObservations(paths.folder);
  return sets;
};

/**
 * The distances that a run's observations can give: of every method that observes `teacher`, `student`, `mask` and `predicted` vectors (MSAN does), FSD_align of each network and FSD_pred on every test
 * domain, and FSD_domain of each network from every seen domain to every unseen one.
 *
 * @throws frechet/no-observations
 */
export const pairsOfRun = async (run: Run): Promise<readonly PairOfSets[]> => {
  const sets = await observedSets(run);
  const domains = [...new Set(sets.map(({ domain }) => domain))];
  const pairs: PairOfSets[] = [];
  for (const method of new Set(sets.map((set) => set.method))) {
    const setOf = (domain: string, name: string): ObservedSet | undefined =>
      sets.find((set) => set.method === method && set.domain === domain && set.name === name);
    const add = (reading: PairOfSets["reading"], network: string, x: ObservedSet | undefined, y: ObservedSet | undefined): void => {
      if (x === undefined || y === undefined) return;
      const on = x.domain === y.domain ? x.domain : `${x.domain} → ${y.domain}`;
      pairs.push({ reading, network, on, domains: [x.domain, y.domain], x: x.file, y: y.file });
    };
    for (const network of ["teacher", "student"]) {
      for (const domain of domains) add("align", network, setOf(domain, network), setOf(domain, "mask"));
      const own = domains.flatMap((domain) => setOf(domain, network) ?? []);
      for (const source of own.filter(({ unseen }) => !unseen))
        for (const target of own.filter(({ unseen }) => unseen)) add("domain", network, source, target);
    }
    for (const domain of domains) add("pred", "", setOf(domain, "predicted"), setOf(domain, "mask"));
  }
  if (pairs.length === 0) throw noObservations(run.paths.folder);
  return pairs;
};
