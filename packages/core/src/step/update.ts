import {
  add,
  concat,
  minimum,
  mul,
  reshape,
  scalar,
  split,
  sub,
  sum,
  variable as newVariable,
  zerosLike,
  div,
  tidy,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Variable,
} from "@tensorflow/tfjs-core";
import { float32Barrier } from "@segdistill/backend/ops";
import type { Module, Optimiser } from "../contract/index.js";
import { isEntrywise } from "../optimisers/entrywise.js";
import type { Ready } from "../plan/prepare.js";
import { addAll, type Reduce, type Slope } from "./slope.js";

export const variablesOf = (modules: readonly Module[]): Variable[] => modules.flatMap((module) => Object.values(module.variables));

/** What every optimiser of a stage remembers, by variable. */
export type Slots = ReadonlyMap<Variable, readonly Variable[]>;
export function newSlots({ stage, trained, adversaries }: Ready): Slots {
  const all = [
    { optimiser: stage.optimiser, modules: trained },
    ...adversaries.map(({ optimiser, module }) => ({ optimiser, modules: [module] })),
  ];
  return new Map(
    all.flatMap(({ optimiser, modules }) =>
      variablesOf(modules).map(
        (v) => [v, Array.from({ length: optimiser.slots }, () => tidy(() => newVariable(zerosLike(v as Tensor), false)))] as const,
      ),
    ),
  );
}

/** What an update needs beside the slope. */
export interface Now {
  readonly nameOf: (v: Variable) => string;
  readonly slots: Slots;
  readonly rate: Scalar;
  readonly count: Scalar;
}

/** The global values of the losses, and a sum over their gradient: finite where all of it is. */
export interface Updated {
  readonly values: readonly Scalar[];
  readonly gradient: Scalar;
}

/** Moves variables by the global gradient, in float32. */
export function update(optimiser: Optimiser, of: Slope, { nameOf, slots, rate, count }: Now, reduce: Reduce): Updated {
  const moved = [...of.gradient.keys()];
  const all = reduce([...of.gradient.values(), ...of.values], "sums");
  const whole = all.slice(0, moved.length).map((g) => float32Barrier(g));
  const shaped = optimiser.gradient?.(whole) ?? whole;
  const sums = partsOf(moved, isEntrywise(optimiser.update)).map((at) => {
    const part = at.map((i) => moved[i]!);
    const held = part.map((v) => slots.get(v)!);
    const gradient = joined(at.map((i) => shaped[i]!));
    const next = optimiser.update({
      name: nameOf(part[0]!),
      value: joined(part as readonly Tensor[]),
      gradient,
      slots: Array.from({ length: optimiser.slots }, (_, j) => joined(held.map((one) => one[j]!))),
      rate,
      count,
    });
    assign(part, next.value);
    for (const [j, slot] of next.slots.entries()) assign(held.map((one) => one[j]!), slot); // prettier-ignore
    return sum(shaped === whole ? gradient : joined(at.map((i) => whole[i]!)));
  });
  return { values: all.slice(moved.length) as Scalar[], gradient: addAll([scalar(0), ...sums]) as Scalar };
}

/** Variables of at most so many entries are updated together: a network has hundreds of them, and an op of one takes longer to start than to run. Source: our choice (docs/engine.md). */
const small = 8192;
/** What is updated at once: indices of small variables where the optimiser takes entries as they come, one by one else. */
const partsOf = (moved: readonly Variable[], together: boolean): readonly (readonly number[])[] => {
  const joins = (i: number): boolean => together && moved[i]!.size <= small;
  const all = [...moved.keys()];
  const first = all.filter(joins);
  return [...(first.length > 0 ? [first] : []), ...all.filter((i) => !joins(i)).map((i) => [i])];
};
/** One tensor as it is, several as one vector. */
const joined = (parts: readonly Tensor[]): Tensor =>
  parts.length === 1 ? parts[0]! : concat(parts.map((t) => (t.rank === 1 ? t : reshape(t, [t.size]))) as Tensor1D[]);
/** Writes into variables what {@link joined} made of them. */
function assign(variables: readonly Variable[], value: Tensor): void {
  const parts = variables.length === 1 ? [value] : split(value, variables.map(({ size }) => size)); // prettier-ignore
  for (const [i, v] of variables.entries()) {
    const part = parts[i]!;
    // an optimiser may leave a variable as it is; tfjs cannot assign one to itself
    if (part !== v) v.assign(variables.length === 1 || v.rank === 1 ? part : reshape(part, v.shape));
  }
}

/** The number of an opponent's update, from 1: `per` of them a step of the stage. */
export const countOf = (index: Scalar, per: number, k: number): Scalar => add(mul(index, per), k + 1);

/** Moving averages of variables and state, and how slowly they move. */
export interface Averages {
  readonly decay: number;
  readonly of: ReadonlyMap<Variable, Variable>;
}

/** avg ← avg + (1 − d)(w − avg), d = min(decay, (1 + t)/(10 + t)) at update t from 0. */
export function moveAverages({ decay, of }: Averages, t: Scalar): void {
  const share = sub(1, minimum(decay, div(add(t, 1), add(t, 10))));
  for (const [v, average] of of) average.assign(add(average, mul(share, sub(v as Tensor, average))));
}
