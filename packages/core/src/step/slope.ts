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
  variableGrads,
  where,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Variable,
} from "@tensorflow/tfjs-core";
import type { Loss } from "../contract/index.js";
import { notPerImage } from "../errors.js";
import type { Balance } from "../plan/prepare.js";
import type { Evaluation } from "./evaluate.js";
import { constant } from "./off-tape.js";

/** Sums over processes: the counts first, then gradients and values as one list. */
export type Reduce = (local: readonly Tensor[], what: "counts" | "sums") => readonly Tensor[];
/** One process is all there is. */
export const alone: Reduce = (local) => local;

/** A term's or an opponent's loss under its name. */
export interface NamedLoss {
  readonly name: string;
  readonly loss: Loss;
}

/** What a slope is of: losses of a part, how their values make the number that is minimised, and by which variables. */
export interface Minimised {
  readonly losses: (part: Evaluation) => readonly NamedLoss[];
  /** `share` is 1 over the number of parts of all processes: what no picture takes part in counts once. */
  readonly total: (values: readonly Scalar[], share: Scalar) => Scalar;
  readonly by: readonly Variable[];
}

/** A gradient, without variables that nothing reaches, and the values of the losses that it belongs to: this process's share of both. */
export interface Slope {
  readonly gradient: ReadonlyMap<Variable, Tensor>;
  readonly values: readonly Scalar[];
}

/**
 * The gradient of a sum of losses over the parts of a batch, as tfjs's autodiff finds it. A value is Σ sum / Σ count over the global batch, or Σ sum; a
 * count of 0 gives 0. Of several parts the counts are found first (TensorFlow leaves out of a compiled step what they do not need), then one part
 * after the other, so that only one lies in memory.
 */
export function slope(parts: readonly Evaluation[], { losses, total, by }: Minimised, reduce: Reduce): Slope {
  const counted = (all: readonly (readonly NamedLoss[])[]): { readonly counts: readonly (Tensor | null)[]; readonly share: Scalar } => {
    const first = all[0]!;
    const sums = first.map((_, i) => addAll(all.map((of) => (of[i]!.loss.count ? constant(sum(of[i]!.loss.count)) : scalar(1)))));
    const global = reduce([...sums, scalar(parts.length)], "counts");
    const counts = first.map(({ loss }, i) => (loss.count ? where(greater(global[i]!, 0), global[i]!, onesLike(global[i]!)) : null));
    return { counts, share: div(1, global.at(-1)!) };
  };
  const early = parts.length > 1 ? withCopies(parts, (copies) => counted(copies.map((part) => checked(losses(part), part.images)))) : null;

  let sofar: Slope = { gradient: new Map(), values: [] };
  for (const [k, part] of parts.entries()) {
    if (k > 0) part.wait([...sofar.gradient.values()]);
    let values: readonly Scalar[] = [];
    const { grads } = variableGrads(() => {
      const found = checked(losses(part), part.images);
      const { counts, share } = early ?? counted([found]);
      values = part.keep(found.map(({ loss }, i): Scalar => (counts[i] ? div(sum(loss.sum), counts[i]) : sum(loss.sum))));
      return total(values, share);
    }, by as Variable[]);
    const gradient = new Map(by.flatMap((v) => (grads[v.name] ? [[v, grads[v.name]!] as const] : [])));
    sofar = k === 0 ? { gradient, values } : plus(sofar, { gradient, values });
  }
  return sofar;
}

export const addAll = (all: readonly Tensor[]): Tensor => (all.length === 1 ? all[0]! : addN([...all]));
const plus = (a: Slope, b: Slope): Slope => ({
  gradient: new Map(
    [...new Set([...a.gradient.keys(), ...b.gradient.keys()])].map((v) => {
      const [one, other] = [a.gradient.get(v), b.gradient.get(v)];
      return [v, one && other ? add(one, other) : (one ?? other)!];
    }),
  ),
  values: a.values.map((value, i) => add(value, b.values[i]!)),
});
/** Counts must not disturb what is computed for the gradient: no state moves, nothing is recorded. */
function withCopies<T>(parts: readonly Evaluation[], f: (copies: readonly Evaluation[]) => T): T {
  const copies = parts.map((part) => part.again());
  try {
    return f(copies);
  } finally {
    for (const copy of copies) copy.close();
  }
}
function checked(losses: readonly NamedLoss[], images: number): readonly NamedLoss[] {
  for (const { name, loss } of losses)
    for (const part of [loss.sum, loss.count])
      if (part && (part.rank !== 1 || part.shape[0] !== images)) throw notPerImage(name, part.shape, images);
  return losses;
}

export const pick = (of: Tensor1D, i: number): Scalar => squeeze(slice(of, [i], [1]));
export const summed = (values: readonly Scalar[]): Scalar => addAll(values) as Scalar;
/** Σ weight · value; with a balancer Σ weight · (factor · value + penalty). */
export const balanced =
  (balance: Balance | null, weights: Tensor1D): Minimised["total"] =>
  (values, share) => {
    const factors = balance?.factors();
    const penalties = balance?.penalties();
    return summed(
      values.map((value, i) => {
        const own = factors && penalties ? add(mul(pick(factors, i), value), mul(pick(penalties, i), share)) : value;
        return mul(own, pick(weights, i));
      }),
    );
  };
