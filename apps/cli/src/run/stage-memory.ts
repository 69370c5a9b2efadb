import type { Store } from "@segdistill/core";
import { peakMemory, type PeakMemory } from "./peak-memory.js";

/** The counter of a checkpoint that holds it. */
const counter = "memory/bytes";

/**
 * A store that notes the most memory that the process held while each stage was trained, kept in the stage's checkpoints: a stage that goes on or is taken over
 * knows it too. `bytesOf` gives bytes by stage, null where a stage was trained before this was noted.
 */
export const stageMemory = (
  store: Store,
  peak: PeakMemory = peakMemory(),
): { readonly store: Store; readonly bytesOf: (stage: string) => number | null } => {
  const known = new Map<string, number>();
  const note = (stage: string): void => void known.set(stage, Math.max(known.get(stage) ?? 0, peak.bytes()));
  return {
    bytesOf: (stage) => known.get(stage) ?? null,
    store: {
      load: async (stage, key) => {
        const found = await store.load(stage, key);
        const before = found?.position.counters[counter];
        if (before !== undefined) known.set(stage, before);
        return found;
      },
      save: async (stage, key, position, tensors) => {
        note(stage);
        await store.save(stage, key, { ...position, counters: { ...position.counters, [counter]: known.get(stage)! } }, tensors);
      },
      step: (stage, record) => {
        peak.look();
        store.step(stage, record);
      },
      tell: (stage, event) => {
        if (event.event === "started" || event.event === "resumed") peak.reset();
        store.tell(stage, event);
      },
    },
  };
};
