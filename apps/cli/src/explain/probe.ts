import type { Run } from "@segdistill/core";
import type { Stage } from "@segdistill/core/contract";
import { fewSteps } from "../run/few-steps.js";
import { peakMemory, type PeakMemory } from "../run/peak-memory.js";

/** What two steps of a stage took. */
export interface Probed {
  /** The first step, which compiles. */
  readonly firstSeconds: number;
  /** The second one, without waiting for data. */
  readonly stepSeconds: number;
  /** Most memory that the process held meanwhile: TensorFlow, data and all. */
  readonly peakBytes: number;
}

/**
 * Two real steps of every stage that the goals need, as {@link fewSteps} runs them: nothing is kept.
 *
 * @returns by stage; one step alone counts as both
 */
export const probe = async (
  goals: readonly Stage[],
  run: Pick<Run, "seed" | "precision" | "signal">,
  peak: PeakMemory = peakMemory(),
): Promise<ReadonlyMap<string, Probed>> => {
  const seen = new Map<string, { readonly ms: number[]; peakBytes: number }>();
  await fewSteps(goals, 2, run, {
    save: (name, _, { done }) => {
      if (done) seen.get(name)!.peakBytes = peak.bytes();
      return Promise.resolve();
    },
    tell: (name, { event }) => {
      if (event !== "started") return;
      seen.set(name, { ms: [], peakBytes: 0 });
      peak.reset();
    },
    step: (name, { ms }) => {
      seen.get(name)!.ms.push(ms);
      peak.look();
    },
  });
  return new Map(
    [...seen].map(([name, { ms, peakBytes }]) => [name, { firstSeconds: ms[0]! / 1000, stepSeconds: (ms[1] ?? ms[0]!) / 1000, peakBytes }]),
  );
};
