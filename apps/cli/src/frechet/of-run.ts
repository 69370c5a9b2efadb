import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunView } from "@segdistill/core";
import { noObservations } from "../errors.js";

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
  const root = join(paths.folder, "observations");
  const inside = (path: string): Promise<string[]> => readdir(path).then((names) => names.sort()).catch(() => []); // prettier-ignore
  const pairs: PairOfSets[] = [];
  const unseen = new Map(Object.entries(results?.data ?? {}).map(([domain, about]) => [domain, about.unseen]));
  const domains = [...unseen.keys()];
  const methods = new Set((await Promise.all((await inside(root)).map((domain) => inside(join(root, domain))))).flat());
  for (const method of methods) {
    const has = new Map(
      await Promise.all(
        domains.map(async (domain) => [domain, new Set(await inside(join(paths.observation(domain, `${method}/x`), "..")))] as const),
      ),
    );
    const file = (domain: string, name: string): string => paths.observation(domain, `${method}/${name}`);
    const add = (reading: PairOfSets["reading"], network: string, [from, x]: [string, string], [to, y]: [string, string]): void => {
      if (![[from, x], [to, y]].every(([domain, name]) => has.get(domain!)?.has(`${name!}.safetensors`))) return; // prettier-ignore
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
