import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { runsBeside } from "@segdistill/core";
import { kindOf, runsIn } from "../run-list/find-runs.js";

/**
 * Run folders that a run of a sweep may take finished stages over from, nearest first: the other seeds of its entry, the other entries with their seeds, and
 * single runs beside the sweep's folder. Links are not followed. [ours]
 */
export const sweepNeighbours =
  (base: string) =>
  async (run: string): Promise<readonly string[]> => {
    const sweep = resolve(base);
    const entries = kindOf(sweep) === "folder" ? readdirSync(sweep).sort() : [];
    const own = dirname(run) === sweep ? run : dirname(run);
    const all = [
      ...(own === run ? [] : await runsBeside(run)),
      ...entries.map((name) => join(sweep, name)).flatMap((entry) => (entry === own ? [] : runsIn(entry, 1))),
      ...(await runsBeside(sweep)),
    ];
    return all.filter((other) => kindOf(join(other, "checkpoints")) === "folder");
  };
