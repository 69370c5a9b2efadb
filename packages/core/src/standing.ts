import { dispose, tidy, variable as newVariable, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { heldCopy } from "@segdistill/backend";
import type { Module } from "./contract/index.js";
import { assignValues, copyModule, fromValues, namedVariables, valuesOf, withPrefix, withSlots, type Place } from "./keeping.js";
import type { Ready } from "./plan/prepare.js";
import { allSlots, newSlots, type Held, type Slots } from "./step/slots.js";
import type { Averages } from "./step/update.js";
import type { Position, Store } from "./store.js";

/** Where a stage stands, with all that its optimisers remember. */
export interface Standing {
  readonly slots: Slots;
  readonly averages: Averages | null;
  /** From the newest checkpoint; null for a new stage. */
  readonly position: Position | null;
  /** Variables and state of the stage's modules. */
  readonly own: readonly Variable[];
  /** Everything that a step may move: those, what optimisers remember, and averages. */
  readonly moved: readonly Variable[];
  /** Names of variables without the stage: "student/encoder/1/conv/kernel". */
  readonly nameOf: (v: Variable) => string;
  /** Runs `f` with the networks as they would be if the stage ended here: with their moving average, where there is one. */
  readonly asResult: <T>(f: () => Promise<T>) => Promise<T>;
  /** Remembers the networks as they are now as the best so far. */
  readonly holdBest: () => void;
  /** Ends the stage: the best, else the moving average, else the last networks are its result. */
  readonly settle: () => void;
  /** Saves the stage; a done one without what the optimisers remember. */
  readonly save: (position: Pick<Position, "step" | "done" | "seconds" | "counters">) => Promise<void>;
  readonly dispose: () => void;
}

/** Brings a stage to where it stood: first values, an earlier network's or a file's, or the newest checkpoint's. */
export async function standing(ready: Ready, modules: ReadonlyMap<string, Module>, store: Store): Promise<Standing> {
  const { stage, key, nets, trained } = ready;
  const own = namedVariables([...modules.values()].filter((module) => `${module.name}/`.startsWith(`${stage.name}/`)));
  const results = namedVariables(trained);
  const names = new Map([...own].map(([name, v]) => [v, name.slice(stage.name.length + 1)]));
  const found = await store.load(stage.name, key);
  const done = found?.position.done === true;
  const slots: Slots = done ? new Map<Variable, Held>() : newSlots(ready);
  const best = new Map<string, Tensor>();
  const free = (): void => dispose([...allSlots(slots), ...(averages?.of.values() ?? []), ...best.values()]);
  let averages: Averages | null = null;
  try {
    for (const { network, start, weights } of Object.values(nets)) {
      if (start) copyModule(start, network);
      if (weights) assignValues(network.name, new Map(Object.entries({ ...network.variables, ...network.state })), weights.read());
    }
    // averages begin at the first values, whatever those are
    if (stage.average !== undefined && !done)
      averages = { decay: stage.average, of: new Map([...results.values()].map((v) => [v, tidy(() => newVariable(v as Tensor, false))])) };
    const averaged = new Map([...results].flatMap(([name, v]) => (averages ? [[name, averages.of.get(v)!] as const] : [])));
    const everything = new Map([...withSlots(own, slots), ...withPrefix("average", averaged)]);
    if (found) {
      const isBest = (name: string): boolean => name.startsWith("best/");
      for (const [name, values] of found.tensors) if (isBest(name)) best.set(name.slice("best/".length), fromValues(values));
      assignValues(stage.name, everything, new Map([...found.tensors].filter(([name]) => !isBest(name))));
    }
    const put = (values: ReadonlyMap<string, Tensor>): void => {
      for (const [name, v] of results) tidy(() => v.assign(heldCopy(values.get(name)!)));
    };
    return {
      slots,
      averages,
      position: found?.position ?? null,
      own: [...own.values()],
      moved: [...own.values(), ...allSlots(slots), ...averaged.values()],
      nameOf: (v) => names.get(v)!,
      asResult: async (f) => {
        if (!averages) return f();
        const now = new Map([...results].map(([name, v]) => [name, heldCopy(v as Tensor)]));
        try {
          put(averaged as ReadonlyMap<string, Tensor>);
          return await f();
        } finally {
          put(now);
          dispose([...now.values()]);
        }
      },
      holdBest: () => {
        for (const [name, v] of results) {
          best.get(name)?.dispose();
          best.set(name, heldCopy(v as Tensor));
        }
      },
      settle: () => {
        if (stage.validation?.choose?.keep === "best" && best.size > 0) put(best);
        else if (averages) put(averaged as ReadonlyMap<string, Tensor>);
      },
      save: (now) => {
        const { batchesPerEpoch } = stage.data;
        const place = { steps: stage.steps, epoch: Math.floor(now.step / batchesPerEpoch), batch: now.step % batchesPerEpoch };
        return store.save(
          stage.name,
          key,
          { ...now, ...place },
          valuesOf(now.done ? own : new Map<string, Tensor | Place>([...everything, ...withPrefix("best", best)])),
        );
      },
      dispose: free,
    };
  } catch (failure) {
    free();
    throw failure;
  }
}

/**
 * Seconds until the next checkpoint of a stage that has trained for `seconds`: a kill loses at most a twentieth of what was done, or five minutes, and
 * saving takes at most a twentieth of the time, whatever a disk is like. `cost` is what the last one took, in seconds. Our choice.
 */
export const checkpointInterval = (seconds: number, cost: number): number => Math.max(1, Math.min(300, seconds / 20), 20 * cost);
