import {
  add,
  addN,
  div,
  greater,
  mul,
  onesLike,
  scalar,
  slice,
  squeeze,
  sum,
  variable as newVariable,
  variableGrads,
  where,
  zerosLike,
  tidy,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Variable,
} from "@tensorflow/tfjs-core";
import { float32Barrier } from "@segdistill/backend/ops";
import type { Loss, Module, Optimiser } from "../contract/index.js";
import { notPerImage } from "../errors.js";
import type { Ready } from "../plan/prepare.js";
import { constant } from "./off-tape.js";

/** Sums over processes: the counts first, then gradients and values as one list. */
export type Reduce = (local: readonly Tensor[], what: "counts" | "sums") => readonly Tensor[];

export const variablesOf = (modules: readonly Module[]): Variable[] => modules.flatMap((module) => Object.values(module.variables));
export const pick = (of: Tensor1D, i: number): Scalar => squeeze(slice(of, [i], [1]));

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

/** Losses to values: Σ sum / Σ count over the global batch, or Σ sum; this process's share of them. A count of 0 gives 0. */
export function shares(losses: readonly { readonly name: string; readonly loss: Loss }[], images: number, reduce: Reduce): Scalar[] {
  for (const { name, loss } of losses)
    for (const part of [loss.sum, loss.count])
      if (part && (part.rank !== 1 || part.shape[0] !== images)) throw notPerImage(name, part.shape, images);
  const counts = reduce(
    losses.map(({ loss }) => (loss.count ? constant(sum(loss.count)) : scalar(1))),
    "counts",
  );
  return losses.map(({ loss }, i) =>
    loss.count ? div(sum(loss.sum), where(greater(counts[i]!, 0), counts[i]!, onesLike(counts[i]!))) : sum(loss.sum),
  );
}

/** The gradient of a weighted sum, as tfjs's autodiff finds it; variables that nothing reaches are left out. */
export function gradientOf(
  values: () => readonly Scalar[],
  weights: Tensor1D | null,
  variables: Variable[],
): ReadonlyMap<Variable, Tensor> {
  const { grads } = variableGrads(() => {
    const all = values();
    return weights ? (addN(all.map((value, i) => mul(value, pick(weights, i)))) as Scalar) : all[0]!;
  }, variables);
  return new Map(variables.flatMap((v) => (grads[v.name] ? [[v, grads[v.name]!] as const] : [])));
}

/** Moves variables by the global gradient, in float32, and gives the global values. */
export function update(
  optimiser: Optimiser,
  gradient: ReadonlyMap<Variable, Tensor>,
  values: readonly Tensor[],
  slots: Slots,
  now: { readonly rate: Scalar; readonly count: Scalar },
  reduce: Reduce,
): readonly Tensor[] {
  const moved = [...gradient.keys()];
  const all = reduce([...gradient.values(), ...values], "sums");
  for (const [i, v] of moved.entries()) {
    const held = slots.get(v)!;
    const next = optimiser.update({ value: v as Tensor, gradient: float32Barrier(all[i]!), slots: held, ...now });
    v.assign(next.value);
    for (const [j, slot] of next.slots.entries()) held[j]!.assign(slot);
  }
  return all.slice(moved.length);
}

/** The number of an opponent's update, from 1: `per` of them a step of the stage. */
export const countOf = (index: Scalar, per: number, k: number): Scalar => add(mul(index, per), k + 1);
