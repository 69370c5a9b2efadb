import { keep, tensor, tidy, util, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import type { Module } from "./contract/index.js";
import { wrongWeights } from "./errors.js";
import type { Slots } from "./step/slots.js";
import type { Values } from "./store.js";

/** Every variable of some modules under the name that it has in files: `<module>/<variable>`. */
export const namedVariables = (modules: readonly Module[]): Map<string, Variable> =>
  new Map(
    modules.flatMap((module) =>
      Object.entries({ ...module.variables, ...module.state }).map(([key, v]) => [`${module.name}/${key}`, v] as const),
    ),
  );

/** Where values that have a name lie: `shape` of them in a tensor, from an entry on. */
export interface Place<T extends Tensor = Variable> {
  readonly whole: T;
  readonly from: number;
  readonly shape: readonly number[];
}

/** The same with what the optimisers remember: `optimiser/<i>/<module>/<variable>`. */
export function withSlots(variables: ReadonlyMap<string, Variable>, slots: Slots): Map<string, Variable | Place> {
  const all = new Map<string, Variable | Place>(variables);
  for (const [name, v] of variables) {
    const held = slots.get(v);
    if (!held) continue;
    const before = held.of.slice(0, held.of.indexOf(v)).reduce((sum, { size }) => sum + size, 0);
    for (const [i, whole] of held.slots.entries()) all.set(`optimiser/${i}/${name}`, { whole, from: before, shape: v.shape });
  }
  return all;
}

/** The same under other names: `<prefix>/<name>`. */
export const withPrefix = <T>(prefix: string, of: ReadonlyMap<string, T>): Map<string, T> =>
  new Map([...of].map(([name, t]) => [`${prefix}/${name}`, t]));

/** A tensor in the engine; it is kept until it is disposed of. */
export const fromValues = ({ data, shape }: Values): Tensor => keep(tensor(data, [...shape], "float32"));

const placeOf = <T extends Tensor>(of: T | Place<T>): Place<T> => ("whole" in of ? of : { whole: of, from: 0, shape: of.shape });
const sizeOf = ({ shape }: Pick<Place, "shape">): number => util.sizeFromShape([...shape]);

/** Copies values out of the engine, each tensor once. */
export function valuesOf(variables: ReadonlyMap<string, Tensor | Place<Tensor>>): Map<string, Values> {
  const read = new Map<Tensor, Float32Array>();
  return new Map(
    [...variables].map(([name, of]) => {
      const place = placeOf(of);
      const { whole, from, shape } = place;
      const all = read.get(whole) ?? Float32Array.from(whole.dataSync());
      read.set(whole, all);
      const size = sizeOf(place);
      return [name, { shape: [...shape], data: size === all.length ? all : all.slice(from, from + size) }];
    }),
  );
}

/** Writes values into variables; every name and shape must be there, and no other. */
export function assignValues(who: string, variables: ReadonlyMap<string, Variable | Place>, values: ReadonlyMap<string, Values>): void {
  const missing = [...variables.keys()].filter((name) => !values.has(name));
  const surplus = [...values.keys()].filter((name) => !variables.has(name));
  const shapes = [...variables].flatMap(([name, v]) => {
    const found = values.get(name)?.shape;
    return found && found.join() !== v.shape.join() ? [`${name} is ${found.join("×")}, expected ${v.shape.join("×")}`] : [];
  });
  if (missing.length > 0 || surplus.length > 0 || shapes.length > 0) throw wrongWeights(who, missing, surplus, shapes);
  const written = new Map<Variable, Float32Array>();
  for (const [name, of] of variables) {
    const place = placeOf(of);
    const { whole, from } = place;
    const { data } = values.get(name)!;
    const all = sizeOf(place) === whole.size ? data : (written.get(whole) ?? new Float32Array(whole.size));
    written.set(whole, all);
    if (all !== data) all.set(data, from);
  }
  for (const [v, data] of written) tidy(() => v.assign(tensor(data, v.shape, "float32")));
}

/** One module takes over another's values; they are of one spec. */
export function copyModule(from: Module, to: Module): void {
  for (const kind of ["variables", "state"] as const) for (const [key, v] of Object.entries(to[kind])) v.assign(from[kind][key]!);
}
