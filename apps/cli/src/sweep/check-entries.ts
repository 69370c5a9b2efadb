import { plan } from "@segdistill/core";
import { configure } from "../config/configure.js";
import { inEntry } from "./errors.js";
import { fingerprints } from "../run/fingerprints.js";
import { ablated } from "../run/parts.js";
import type { Sets } from "../run/open-data.js";
import { dataSetsOf, resolveRun, type ResolvedRun } from "../run/resolve-run.js";
import { wiredRun } from "../run/wired-run.js";
import type { Entry } from "./entries.js";

/**
 * Every entry of a sweep opened and wired as its run will, in order, of one that is chosen every try, of which the first is returned: what is wrong with any of them is told before the first begins. The engine is started between
 * the two, so that a mistake in a configuration is told at once. Data that entries share is opened and read for its fingerprint once. Throws what {@link resolveRun}, {@link wiredRun} and {@link plan} throw, the latter two with the entry's name.
 */
export const checkEntries = async (
  entries: readonly Entry[],
  data: readonly string[],
  startEngine: () => Promise<unknown>,
): Promise<readonly ResolvedRun[]> => {
  const all = entries.flatMap(({ name, source, tries }) =>
    tries.length === 0 ? [{ name, source }] : tries.map((one, i) => ({ name, source: one.source, attempt: i + 1 })),
  ) as readonly (Pick<Entry, "name" | "source"> & { readonly attempt?: number })[];
  const configs = all.map(({ source }) => configure(source));
  const beside = configs.flatMap(dataSetsOf);
  const runs: ResolvedRun[] = [];
  const sets: Sets = new Map();
  const fingerprintOf = fingerprints();
  for (const [i, { source }] of all.entries()) {
    const run = await resolveRun(source, configs[i]!, data, { beside, sets });
    ablated(run.methods.made, run.config.distil.without ?? [], run.at(["distil", "without"]));
    runs.push(run);
  }
  await startEngine();
  for (const [i, run] of runs.entries()) {
    try {
      // neither seed nor precision decides whether stages fit together
      plan((await wiredRun(run, fingerprintOf)).goals, { seed: 0, precision: "float32", code: null });
    } catch (error) {
      throw inEntry(all[i]!.name, error, all[i]!.attempt);
    }
  }
  return runs.filter((_, i) => (all[i]!.attempt ?? 1) === 1);
};
