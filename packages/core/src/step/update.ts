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
  div,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Variable,
} from "@tensorflow/tfjs-core";
import { float32Barrier } from "@segdistill/backend/ops";
import type { Optimiser } from "../contract/index.js";
import { addAll, type Reduce, type Slope } from "./slope.js";
import type { Held, Slots } from "./slots.js";

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
  const at = new Map(moved.map((v, i) => [v, i]));
  const sums = [...new Set(moved.map((v) => slots.get(v)!))].map((held) => {
    const part = held.of.filter((v) => at.has(v)); // nothing reaches the others: they stay, and so does what is remembered of them
    const of = (all: readonly Tensor[]): Tensor => joined(part.map((v) => all[at.get(v)!]!));
    const gradient = of(shaped);
    const next = optimiser.update({
      name: nameOf(part[0]!),
      value: joined(part as readonly Tensor[]),
      gradient,
      slots: held.slots.map((slot) => slotOf(held.of, slot, part)),
      rate,
      count,
    });
    assign(part, next.value);
    for (const [j, slot] of next.slots.entries()) assignSlot(held, j, slot, part);
    return sum(shaped === whole ? gradient : of(whole));
  });
  return { values: all.slice(moved.length) as Scalar[], gradient: addAll([scalar(0), ...sums]) as Scalar };
}

/** One tensor as it is, several as one vector. */
const joined = (parts: readonly Tensor[]): Tensor =>
  parts.length === 1 ? parts[0]! : concat(parts.map((t) => (t.rank === 1 ? t : reshape(t, [t.size]))) as Tensor1D[]);
/** What {@link joined} made of variables, or of something of their sizes, in pieces again: vectors, or the one as it is. */
const pieces = (of: readonly Variable[], whole: Tensor): readonly Tensor[] =>
  of.length === 1 ? [whole] : split(whole, of.map(({ size }) => size)); // prettier-ignore
/** Writes into variables what {@link joined} made of them. */
function assign(variables: readonly Variable[], value: Tensor): void {
  const parts = pieces(variables, value);
  for (const [i, v] of variables.entries()) {
    const part = parts[i]!;
    // an optimiser may leave a variable as it is; tfjs cannot assign one to itself
    if (part !== v) v.assign(variables.length === 1 || v.rank === 1 ? part : reshape(part, v.shape));
  }
}
/** What a slot has of those that are updated. */
function slotOf(of: readonly Variable[], slot: Tensor, part: readonly Variable[]): Tensor {
  if (part.length === of.length) return slot;
  const all = pieces(of, slot);
  const found = part.map((v) => all[of.indexOf(v)]!);
  return found.length === 1 ? reshape(found[0]!, part[0]!.shape) : joined(found);
}
/** Writes slot `j` of those that were updated; the others' values stay. */
function assignSlot({ of, slots }: Held, j: number, next: Tensor, part: readonly Variable[]): void {
  const slot = slots[j]!;
  if (next === slot) return;
  if (part.length === of.length) slot.assign(next);
  else {
    const [before, now] = [pieces(of, slot), pieces(part, next)];
    slot.assign(joined(of.map((v, i) => now[part.indexOf(v)] ?? before[i]!)));
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
