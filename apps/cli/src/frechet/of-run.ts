import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";
import type { RunView } from "@segdistill/core";
import { noObservations } from "../errors.js";

const ending = ".safetensors";

/** Two files of a run's observations, and what the distance between them says. */
export interface PairOfSets {
  readonly reading: "align" | "domain" | "pred";
  /** "teacher", "student", or "" where the distance is of predictions. */
  readonly network: string;
  /** "stare", or "chase → stare". */
  readonly on: string;
  readonly x: string;
  readonly y: string;
}

/**
 * The distances that a run's observations can give: of every method that observes `teacher`, `student`, `mask` and `predicted` vectors (MSAN does), FSD_align of each network and FSD_pred on every test
 * domain, and FSD_domain of each network from every seen domain to every unseen one.
 *
 * @throws frechet/no-observations
 */
export const pairsOfRun = async ({ paths, results }: Pick<RunView, "paths" | "results">): Promise<readonly PairOfSets[]> => {
  const unseen = new Map(Object.entries(results?.data ?? {}).map(([domain, about]) => [domain, about.unseen]));
  const domains = [...unseen.keys()];
  /** Files of a domain below its folder, "msan/student". */
  const filesOf = async (domain: string): Promise<readonly string[]> => {
    const folder = join(paths.observation(domain, "any"), "..");
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length).split(sep).join("/")).sort(); // prettier-ignore
  };
  const has = new Map(await Promise.all(domains.map(async (domain) => [domain, await filesOf(domain)] as const)));
  const methods = new Set([...has.values()].flat().map((name) => name.slice(0, name.lastIndexOf("/"))));
  const pairs: PairOfSets[] = [];
  for (const method of methods) {
    const file = (domain: string, name: string): string => paths.observation(domain, `${method}/${name}`);
    const add = (reading: PairOfSets["reading"], network: string, [from, x]: [string, string], [to, y]: [string, string]): void => {
      if (![[from, x], [to, y]].every(([domain, name]) => has.get(domain!)?.includes(`${method}/${name!}`))) return; // prettier-ignore
      pairs.push({ reading, network, on: from === to ? from : `${from} → ${to}`, x: file(from, x), y: file(to, y) });
    };
    for (const network of ["teacher", "student"]) {
      for (const domain of domains) add("align", network, [domain, network], [domain, "mask"]);
      for (const source of domains)
        for (const target of domains)
          if (unseen.get(source) === false && unseen.get(target) === true) add("domain", network, [source, network], [target, network]);
    }
    for (const domain of domains) add("pred", "", [domain, "predicted"], [domain, "mask"]);
  }
  if (pairs.length === 0) throw noObservations(paths.folder);
  return pairs;
};
