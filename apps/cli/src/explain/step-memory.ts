import type { Run } from "@segdistill/core";
import type { Stage } from "@segdistill/core/contract";
import { fewSteps } from "../run/few-steps.js";

/**
 * What a step of each stage is estimated to take beside weights and all else that the process holds, in bytes: its program is traced and not run, as before every first
 * step of a run. Stages of no steps are left out. Means over the data that come before a first step are taken of one batch.
 *
 * @returns by stage
 */
export const stepMemory = async (
  goals: readonly Stage[],
  names: readonly string[],
  run: Pick<Run, "seed" | "precision" | "signal">,
): Promise<ReadonlyMap<string, number>> => {
  const found = new Map<string, number>();
  for (const name of names) {
    try {
      // where no memory is there, the first step is refused with its estimate
      await fewSteps(goals, (stage) => Number(stage === name), { ...run, memoryBytes: 0 }, {});
    } catch (failure) {
      const { code, estimate } = failure as { readonly code?: string; readonly estimate?: number };
      if (code !== "core/too-little-memory" || estimate === undefined) throw failure;
      found.set(name, estimate);
    }
  }
  return found;
};
