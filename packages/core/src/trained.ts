import type { Module } from "./contract/index.js";
import type { Ready } from "./plan/prepare.js";
import type { Outcome, Run, Trained } from "./run.js";
import { observing } from "./step/observing.js";

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
    dispose,
  };
}
