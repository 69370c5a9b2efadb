import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { runsBeside } from "@segdistill/core";
import { kindOf, runsIn } from "../run-list/find-runs.js";

/** Where the tries of an entry that is chosen lie in its folder: hidden, since they are no runs whose results count. [ours] */
export const triesFolder = ".tries";

/**
 * Run folders that a run or a try of a sweep may take finished stages over from, nearest first: the tries of its entry, the other seeds of its entry, the other entries
 * with their seeds and tries, and runs beside the sweep's folder, single ones and those of other sweeps: two tables with the same teacher train it once. Links are not
 * followed. [ours]
 */
export const sweepNeighbours =
  (base: string) =>
  async (run: string): Promise<readonly string[]> => {
    const sweep = resolve(base);
    const names = kindOf(sweep) === "folder" ? readdirSync(sweep).sort() : [];
    const entries = names.map((name) => join(sweep, name)).filter((entry) => kindOf(entry) === "folder");
    const own = dirname(run) === sweep ? run : dirname(run);
    const tries = (entry: string): readonly string[] => runsIn(join(entry, triesFolder), 1);
    const all = [
      ...tries(own),
      ...(own === run ? [] : await runsBeside(run)),
      ...entries.flatMap((entry) => (entry === own ? [] : [...runsIn(entry, 1), ...tries(entry)])),
      ...besides(sweep),
    ];
    return [...new Set(all)].filter((other) => other !== run && kindOf(join(other, "checkpoints")) === "folder");
  };

/** The runs beside a sweep's folder and those in the sweeps beside it. What may not be read is somebody else's. */
function besides(sweep: string): readonly string[] {
  const readable = (list: () => readonly string[]): readonly string[] => {
    try {
      return list();
    } catch {
      return [];
    }
  };
  const parent = dirname(sweep);
  return readable(() => readdirSync(parent).sort())
    .filter((name) => !name.startsWith(".") && join(parent, name) !== sweep)
    .flatMap((name) => readable(() => runsIn(join(parent, name), 2)));
}
