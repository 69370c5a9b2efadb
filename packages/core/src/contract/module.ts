import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import type { Pass } from "./pass.js";

/**
 * Variables under one stable name: the unit of training, freezing, hashing, checkpoints and sharing. Made by {@link Scope.module} only.
 */
export interface Module {
  readonly name: string;
  /** Moved by an optimiser. */
  readonly variables: Readonly<Record<string, Variable>>;
  /** Moved by a pass: running averages, spectral-norm vectors, collected means. */
  readonly state: Readonly<Record<string, Variable>>;
}

/** A value that only a moving pass may change, once per pass; a second `move` with the same pass is an error, and nothing happens under a still pass. */
export interface State {
  readonly value: Tensor;
  readonly move: (next: Tensor, pass: Pass) => void;
}

/** First values, by kind; random ones are drawn from (seed, module, variable), so neither order nor company matters. `normal` and `uniform` give a deviation and a bound. */
export type Initial = "zeros" | "ones" | { readonly constant: number } | { readonly normal: number } | { readonly uniform: number };

/** What a module is made of. Names become keys of checkpoints: `encoder/1/conv/kernel`. */
export interface Make {
  readonly variable: (name: string, shape: readonly number[], initial: Initial) => Variable;
  readonly state: (name: string, shape: readonly number[], initial: Initial) => State;
}

/** Names come from the scope: `<stage>/<method or role>/<name>` in files, without the stage for first values. */
export interface Scope {
  readonly module: <T extends object>(name: string, build: (make: Make) => T) => Module & T;
}
