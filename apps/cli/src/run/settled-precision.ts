import { basename } from "node:path";
import type { ChosenPrecision } from "@segdistill/backend";
import { checkpoints, plan, readEnvironment, runPaths } from "@segdistill/core";
import type { Json, Stage } from "@segdistill/core/contract";

export interface Settling {
  readonly goals: readonly Stage[];
  readonly seed: number;
  readonly code: Json;
  /** Run folders that this run is to be compared with: other seeds, other entries of a sweep, the run that is repeated. */
  readonly alike: readonly string[];
  /** Run folders whose finished stages may be taken over. */
  readonly others: readonly string[];
}

/**
 * The precision of `auto` that is settled before anything is timed: that of the first run to be compared with which asked for `auto` too, else that in which stages of
 * this run are done already, by the most of their steps: in another one they would be trained again. Null where there is neither. Our choice.
 */
export const settledPrecision = async ({ goals, seed, code, alike, others }: Settling): Promise<ChosenPrecision | null> => {
  for (const folder of alike) {
    const there = (await readEnvironment(runPaths(folder).environment))?.precision;
    if (there?.asked === "auto") return { precision: there.chosen, why: `${basename(folder)}, which it is compared with, has it` };
  }
  const done = new Set<string>();
  for (const folder of others)
    for (const { records } of await checkpoints(runPaths(folder).checkpoints)
      .list()
      .catch(() => []))
      for (const record of records) if (record.done) done.add(record.key);
  if (done.size === 0) return null;
  const stepsIn = (precision: "float32" | "bfloat16"): number =>
    plan(goals, { seed, precision, code }).reduce((sum, stage) => sum + (done.has(stage.key) ? stage.steps : 0), 0);
  const [float32, bfloat16] = [stepsIn("float32"), stepsIn("bfloat16")];
  if (float32 + bfloat16 === 0) return null;
  return { precision: bfloat16 > float32 ? "bfloat16" : "float32", why: "stages of it are done in it already" };
};
