import { dispose, type Variable } from "@tensorflow/tfjs-core";
import type { Module } from "./contract/index.js";
import { assignValues, copyModule, namedVariables, valuesOf, withSlots } from "./keeping.js";
import type { Ready } from "./plan/prepare.js";
import { newSlots, type Slots } from "./step/update.js";
import type { Position, Store } from "./store.js";

/** Where a stage stands, with all that its optimisers remember. */
export interface Standing {
  readonly slots: Slots;
  /** From the newest checkpoint; null for a new stage. */
  readonly position: Position | null;
  /** Saves the stage; a done one without what the optimisers remember. */
  readonly save: (position: Pick<Position, "step" | "done" | "seconds" | "counters">) => Promise<void>;
  readonly dispose: () => void;
}

/** Brings a stage to where it stood: first values, an earlier network's or a file's, or the newest checkpoint's. */
export async function standing(ready: Ready, modules: ReadonlyMap<string, Module>, store: Store): Promise<Standing> {
  const { stage, key, nets } = ready;
  const own = namedVariables([...modules.values()].filter((module) => `${module.name}/`.startsWith(`${stage.name}/`)));
  const found = await store.load(stage.name, key);
  const slots: Slots = found?.position.done ? new Map<Variable, Variable[]>() : newSlots(ready);
  const everything = withSlots(own, slots);
  const free = (): void => dispose([...slots.values()].flat());
  try {
    for (const { network, start, weights } of Object.values(nets)) {
      if (start) copyModule(start, network);
      if (weights) assignValues(network.name, new Map(Object.entries({ ...network.variables, ...network.state })), weights.read());
    }
    if (found) assignValues(stage.name, everything, found.tensors);
  } catch (failure) {
    free();
    throw failure;
  }
  return {
    slots,
    position: found?.position ?? null,
    save: (now) => {
      const { batchesPerEpoch } = stage.data;
      const place = { steps: stage.steps, epoch: Math.floor(now.step / batchesPerEpoch), batch: now.step % batchesPerEpoch };
      return store.save(stage.name, key, { ...now, ...place }, valuesOf(now.done ? own : everything));
    },
    dispose: free,
  };
}

/**
 * Seconds until the next checkpoint of a stage that has trained for `seconds`: a kill loses at most a twentieth of what was done, or five minutes, and
 * saving takes at most a twentieth of the time, whatever a disk is like. `cost` is what the last one took, in seconds. Our choice.
 */
export const checkpointInterval = (seconds: number, cost: number): number => Math.max(1, Math.min(300, seconds / 20), 20 * cost);
