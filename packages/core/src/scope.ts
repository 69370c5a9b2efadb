import { dispose, tensor, tidy, variable as newVariable, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { inModule, isRunAgain } from "@segdistill/backend/ops";
import type { Initial, Make, Module, Pass, Scope, State } from "./contract/index.js";
import { moduleExists, movedTwice, variableExists } from "./errors.js";
import { random } from "./random.js";

/** First values of a variable: they follow from its key alone. Without one nothing is drawn. */
function firstValues(shape: readonly number[], initial: Initial, key: string | null): Float32Array {
  const out = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if (initial === "zeros") return out;
  if (initial === "ones") return out.fill(1);
  if ("constant" in initial) return out.fill(initial.constant);
  if (key === null) return out;
  const stream = random(key);
  const draw = "normal" in initial ? () => initial.normal * stream.normal() : () => initial.uniform * (2 * stream.next() - 1);
  for (let i = 0; i < out.length; i++) out[i] = draw();
  return out;
}

/** The parts of a module, with its name on what goes wrong in one of its functions. */
function located<T extends object>(name: string, parts: T): T {
  const entries = Object.entries(parts).map(([key, part]): [string, unknown] =>
    typeof part === "function"
      ? [key, (...given: unknown[]) => inModule(name, () => (part as (...all: unknown[]) => unknown)(...given))]
      : [key, part],
  );
  return Object.fromEntries(entries) as T;
}

/**
 * A scope whose names begin with `prefix` and whose first values are keyed by `seed`, `seedPrefix`, module and variable; `made` collects every module.
 * A spec's own name is the `seedPrefix` of a network, so that baseline and student start from the same numbers. `seed` null is for who only looks at shapes
 * or brings values of its own: 0 stands where a number would be drawn.
 */
export function scope(prefix: string, seedPrefix: string, seed: number | null, made: Map<string, Module>): Scope {
  return {
    module: <T extends object>(name: string, build: (make: Make) => T): Module & T => {
      const full = name ? `${prefix}/${name}` : prefix;
      if (made.has(full)) throw moduleExists(full);
      const variables: Record<string, Variable> = {};
      const state: Record<string, Variable> = {};
      const create = (into: Record<string, Variable>, key: string, shape: readonly number[], initial: Initial): Variable => {
        if (key in variables || key in state) throw variableExists(full, key);
        const values = firstValues(shape, initial, seed === null ? null : `${seed}/${seedPrefix}/${name}/${key}`);
        return (into[key] = tidy(() => newVariable(tensor(values, [...shape], "float32"), into === variables)));
      };
      const make: Make = {
        variable: (key, shape, initial) => create(variables, key, shape, initial),
        state: (key, shape, initial): State => {
          const held = create(state, key, shape, initial);
          const movedBy = new WeakSet<Pass>();
          return {
            value: held,
            move: (next: Tensor, pass: Pass) => {
              if (pass.statistics === "still" || isRunAgain()) return;
              if (movedBy.has(pass)) throw movedTwice(full, key);
              movedBy.add(pass);
              held.assign(next);
            },
          };
        },
      };
      let parts: T;
      try {
        parts = build(make);
      } catch (failure) {
        dispose({ ...variables, ...state }); // nobody else knows of them yet
        throw failure;
      }
      const module = Object.assign(Object.create(null) as object, located(full, parts), { name: full, variables, state });
      made.set(full, module);
      return module;
    },
  };
}
