import { dispose, tidy, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { compile, withoutReads, type Precision } from "@segdistill/backend";
import type { Module } from "../contract/index.js";
import { movedFrozen } from "../errors.js";
import type { Ready } from "../plan/prepare.js";
import { evaluate, type Evaluation } from "./evaluate.js";
import type { Reduce } from "./slope.js";
import { split, unpack, type Fed, type Feed } from "./fed.js";

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
  /** Everything that the program may move. */
  readonly moved: readonly Variable[];
  /** How many parts a batch is cut into. 1 */
  readonly parts?: number;
  /** Op by op instead of as one function: slower, the same numbers, readable stacks. */
  readonly eager: boolean;
  /** `compile`'s debug mode. */
  readonly check?: boolean;
  readonly precision: Precision;
  /** Sums over processes. */
  readonly reduce: Reduce;
  /** Told before the first run what the program's values are estimated to take at most, in bytes; may throw. Nothing is told of an eager one. */
  readonly planned?: (bytes: number) => void;
  /** Makes a better error of one that the engine throws. */
  readonly explained?: (failure: unknown) => unknown;
}

/** Makes programs that are disposed of together. */
export interface Programs {
  readonly of: (
    who: string,
    f: Body,
    more?: Partial<Pick<ProgramOptions, "parts" | "eager" | "reduce" | "planned" | "explained">>,
  ) => Program;
  readonly dispose: () => void;
}
export function programs(shared: Omit<ProgramOptions, "who">): Programs {
  const made: Program[] = [];
  return {
    of: (who, f, more) => {
      const one = program({ ...shared, ...more, who }, f);
      made.push(one);
      return one;
    },
    dispose: () => {
      for (const one of made) one.dispose();
    },
  };
}

/** The inside of a program: the batch in parts, what was fed, and a check that throws if anything but `may` has moved since the program began. */
export type Body = (parts: readonly Evaluation[], fed: Fed, refuse: (may: readonly Module[]) => void, reduce: Reduce) => readonly Tensor[];

/**
 * Makes a program of `f`, which reads one step lazily and returns tensors. Every kept output is given back, also after a throw.
 */
function program(options: ProgramOptions, f: Body): Program {
  const { who, ready, modules, moved, parts: count = 1, eager, check = false, precision, reduce } = options;
  const ofModules = [...modules.values()].flatMap((module) => [...Object.values(module.variables), ...Object.values(module.state)]);
  const held = [...new Set([...ofModules, ...moved])];
  const body = (...tensors: Tensor[]): Tensor[] => {
    const fed = unpack(tensors, ready.stage.data.picture);
    const parts = split(fed, count).map((part) => evaluate(ready, part));
    const before = new Map(held.map((variable) => [variable, variable.dataId]));
    const refuse = (may: readonly Module[]): void => {
      for (const module of modules.values())
        if (!may.includes(module))
          for (const [key, variable] of Object.entries({ ...module.variables, ...module.state }))
            if (before.get(variable) !== variable.dataId) throw movedFrozen(who, `${module.name}/${key}`);
    };
    try {
      return f(parts, fed, refuse, reduce).map((t) => t.clone());
    } finally {
      for (const part of parts) part.close();
    }
  };
  const compiled = eager ? undefined : compile(body, { variables: held, precision, name: who, check });
  let { planned } = options;
  return {
    run: async ({ tensors }) => {
      try {
        if (compiled) planned?.(compiled.peakBytes(...tensors));
        planned = undefined;
        return compiled ? await compiled.run(...tensors) : tidy(() => withoutReads(() => body(...tensors)));
      } catch (failure) {
        throw options.explained?.(failure) ?? failure;
      } finally {
        dispose([...tensors]);
      }
    },
    dispose: () => compiled?.dispose(),
  };
}
