import { keep, tensor, tidy, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import type { Module } from "./contract/index.js";
import { wrongWeights } from "./errors.js";
import type { Slots } from "./step/update.js";
import type { Values } from "./store.js";

/** Every variable of some modules under the name that it has in files: `<module>/<variable>`. */
export const namedVariables = (modules: readonly Module[]): Map<string, Variable> =>
  new Map(
    modules.flatMap((module) =>
      Object.entries({ ...module.variables, ...module.state }).map(([key, v]) => [`${module.name}/${key}`, v] as const),
    ),
  );

/** The same with what the optimisers remember: `optimiser/<i>/<module>/<variable>`. */
export function withSlots(variables: ReadonlyMap<string, Variable>, slots: Slots): Map<string, Variable> {
  const all = new Map(variables);
  for (const [name, v] of variables) for (const [i, slot] of (slots.get(v) ?? []).entries()) all.set(`optimiser/${i}/${name}`, slot);
  return all;
}

/** The same under other names: `<prefix>/<name>`. */
export const withPrefix = <T>(prefix: string, of: ReadonlyMap<string, T>): Map<string, T> =>
  new Map([...of].map(([name, t]) => [`${prefix}/${name}`, t]));

/** A tensor in the engine; it is kept until it is disposed of. */
export const fromValues = ({ data, shape }: Values): Tensor => keep(tensor(data, [...shape], "float32"));

/** Copies values out of the engine. */
export const valuesOf = (variables: ReadonlyMap<string, Tensor | Variable>): Map<string, Values> =>
  new Map([...variables].map(([name, v]) => [name, { shape: v.shape, data: Float32Array.from(v.dataSync()) }]));

/** Writes values into variables; every name and shape must be there, and no other. */
export function assignValues(who: string, variables: ReadonlyMap<string, Variable>, values: ReadonlyMap<string, Values>): void {
  const missing = [...variables.keys()].filter((name) => !values.has(name));
  const surplus = [...values.keys()].filter((name) => !variables.has(name));
  const shapes = [...variables].flatMap(([name, v]) => {
    const found = values.get(name)?.shape;
    return found && found.join() !== v.shape.join() ? [`${name} is ${found.join("×")}, expected ${v.shape.join("×")}`] : [];
  });
  if (missing.length > 0 || surplus.length > 0 || shapes.length > 0) throw wrongWeights(who, missing, surplus, shapes);
  for (const [name, v] of variables) {
    const { data } = values.get(name)!;
    tidy(() => v.assign(tensor(data, v.shape, "float32")));
  }
}

/** One module takes over another's values; they are of one spec. */
export function copyModule(from: Module, to: Module): void {
  for (const kind of ["variables", "state"] as const) for (const [key, v] of Object.entries(to[kind])) v.assign(from[kind][key]!);
}
