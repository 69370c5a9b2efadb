import type { Module } from "./contract/index.js";
import { haltAt } from "./errors.js";
import type { Ready } from "./plan/prepare.js";
import type { Outcome, Run, Trained } from "./run.js";
import { observing } from "./step/observing.js";
import { programs } from "./step/program.js";
import { alone } from "./step/slope.js";
import { sweeps } from "./step/sweeps.js";

/** What a run hands out when all its stages are done. */
export function trainedOf(
  all: readonly Ready[],
  stages: readonly Outcome[],
  modules: ReadonlyMap<string, Module>,
  run: Run,
  dispose: () => void,
): Trained {
  const readyOf = (name: string): Ready => all.find((ready) => ready.stage.name === name)!;
  return {
    stages,
    network: ({ name }, role) => readyOf(name).nets[role]!.network,
    observe: ({ name }, data) => observing(readyOf(name), modules, data, run),
    measure: async ({ name, steps }, measure) => {
      const { precision = "float32", eager = false, seed, signal } = run;
      const made = programs({ ready: readyOf(name), modules, moved: [], eager, reduce: alone, precision });
      try {
        return await sweeps(readyOf(name), seed, made.of, () => haltAt(signal, name, steps, steps)).validation(measure);
      } finally {
        made.dispose();
      }
    },
    dispose,
  };
}
