import { dispose, tidy, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { compile, withoutReads, type Precision } from "@segdistill/backend";
import type { Module } from "../contract/index.js";
import { movedFrozen } from "../errors.js";
import type { Ready } from "../plan/prepare.js";
import { evaluate, type Evaluation } from "./evaluate.js";
import { unpack, type Fed, type Feed } from "./fed.js";

/** A tensor program over one batch: what a stage's step and its sweeps over the data are. */
export interface Program {
  /** The caller disposes of the results; the feed is disposed of here. */
  readonly run: (feed: Feed) => Promise<Tensor[]>;
  readonly dispose: () => void;
}

export interface ProgramOptions {
  readonly who: string;
  readonly ready: Ready;
  readonly modules: ReadonlyMap<string, Module>;
  /** Optimiser slots, which the program may move too. */
  readonly slots: readonly Variable[];
  /** Op by op instead of as one function: slower, the same numbers, readable stacks. */
  readonly eager: boolean;
  readonly precision: Precision;
}

/**
 * Makes a program of `f`, which reads one step lazily and returns tensors. Every kept output is given back, also after a throw. `refuse(may)` throws
 * if anything but `may` has moved since the program began.
 */
export function program(
  options: ProgramOptions,
  f: (now: Evaluation, fed: Fed, refuse: (may: readonly Module[]) => void) => readonly Tensor[],
): Program {
  const { who, ready, modules, slots, eager, precision } = options;
  const held = [
    ...[...modules.values()].flatMap((module) => [...Object.values(module.variables), ...Object.values(module.state)]),
    ...slots,
  ];
  const body = (...tensors: Tensor[]): Tensor[] => {
    const fed = unpack(tensors, ready.stage.data.picture);
    const now = evaluate(ready, fed);
    const before = new Map(held.map((variable) => [variable, variable.dataId]));
    const refuse = (may: readonly Module[]): void => {
      for (const module of modules.values())
        if (!may.includes(module))
          for (const [key, variable] of Object.entries({ ...module.variables, ...module.state }))
            if (before.get(variable) !== variable.dataId) throw movedFrozen(who, `${module.name}/${key}`);
    };
    try {
      return f(now, fed, refuse).map((t) => t.clone());
    } finally {
      now.close();
    }
  };
  const compiled = eager ? undefined : compile(body, { variables: held, precision, name: who });
  return {
    run: async ({ tensors }) => {
      try {
        return compiled ? await compiled.run(...tensors) : tidy(() => withoutReads(() => body(...tensors)));
      } finally {
        dispose([...tensors]);
      }
    },
    dispose: () => compiled?.dispose(),
  };
}
