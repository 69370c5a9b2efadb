import {
  add,
  minimum,
  mul,
  scalar,
  sub,
  sum,
  variable as newVariable,
  zerosLike,
  div,
  tidy,
  type Scalar,
  type Tensor,
  type Variable,
} from "@tensorflow/tfjs-core";
import { float32Barrier } from "@segdistill/backend/ops";
import type { Module, Optimiser } from "../contract/index.js";
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
  for (const [i, v] of moved.entries()) {
    const held = slots.get(v)!;
    const next = optimiser.update({ name: nameOf(v), value: v as Tensor, gradient: shaped[i]!, slots: held, rate, count });
    // an optimiser may leave a variable as it is; tfjs cannot assign one to itself
    if (next.value !== v) v.assign(next.value);
    for (const [j, slot] of next.slots.entries()) if (slot !== held[j]) held[j]!.assign(slot);
  }
  return { values: all.slice(moved.length) as Scalar[], gradient: addAll([scalar(0), ...whole.map((g) => sum(g))]) as Scalar };
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
