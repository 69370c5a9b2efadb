import { configure } from "../config/configure.js";
import { ablated } from "../run/parts.js";
import { dataSetsOf, resolveRun, type ResolvedRun } from "../run/resolve-run.js";
import type { Entry } from "./entries.js";

/** Every entry of a sweep opened as its run will, in order: what is wrong with any of them is told before the first begins. Throws what {@link resolveRun} throws. */
export const checkEntries = async (entries: readonly Entry[], data: readonly string[]): Promise<readonly ResolvedRun[]> => {
  const configs = entries.map(({ source }) => configure(source));
  const beside = configs.flatMap(dataSetsOf);
  const runs: ResolvedRun[] = [];
  for (const [i, { source }] of entries.entries()) {
    const run = await resolveRun(source, configs[i]!, data, { beside });
    ablated(run.methods.made, run.config.distil.without ?? [], run.at(["distil", "without"]));
    runs.push(run);
  }
  return runs;
};
