import {
  div,
  fill,
  sum,
  tensor,
  variable,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
  type Variable,
} from "@tensorflow/tfjs-core";
import type { Built, CheckedMethod, Loss, Make, PictureShape, Scope, Step, Wants } from "@segdistill/core/contract";

/** Values of variables by name; others start from small numbers that follow from their place. */
export type Weights = Readonly<Record<string, Tensor>>;

/** A scope of one module whose variables start from `weights`; no state. */
export function fixedScope(weights: Weights): { readonly scope: Scope; readonly variables: Record<string, Variable> } {
  const variables: Record<string, Variable> = {};
  const made: Make = {
    variable: (name, shape) => {
      const size = shape.reduce((all, n) => all * n, 1);
      const first =
        weights[name] ??
        tensor(
          Float32Array.from({ length: size }, (_, i) => 0.3 * Math.sin(7.3 * i + size)),
          [...shape],
        );
      if (first.shape.join() !== shape.join()) throw new Error(`${name} is [${shape.join()}], not [${first.shape.join()}]`);
      return (variables[name] = variable(first));
    },
    state: () => {
      throw new Error("no state is expected");
    },
  };
  return { variables, scope: { module: (name, build) => Object.assign(build(made), { name, variables, state: {} }) } };
}

/** What the adversarial method reads of a step. */
export interface Seen {
  readonly images: Tensor4D;
  readonly student: Tensor4D;
  readonly teacher: Tensor4D;
  readonly labels: Tensor4D;
  /** Everything counts if left out. */
  readonly valid?: Tensor3D;
  readonly labelled?: Tensor1D;
  /** Random number of each image [B, 1, 1, 1] between real and fake. 0.5 */
  readonly mix?: Tensor;
}

/** A method that was built, what it trains and how it sees steps. */
export function built(method: CheckedMethod, picture: PictureShape, weights: Weights = {}) {
  const { scope, variables } = fixedScope(weights);
  const { terms = [], adversaries = [] } = (method.build as (site: unknown) => Built<Step<Wants>>)({ scope, picture });
  /** A step of its own; `reads` counts how often the pictures are read, which is once a run of the discriminator. */
  const stepOf = (seen: Seen): { readonly step: Step<Wants>; readonly reads: () => number } => {
    const [b, h, w] = seen.images.shape;
    const shared = new Map<string, unknown>();
    let reads = 0;
    const step = {
      get images() {
        reads++;
        return seen.images;
      },
      net: { student: { logits: seen.student }, teacher: { logits: seen.teacher } },
      labels: seen.labels,
      valid: seen.valid ?? fill([b, h, w], 1),
      labelled: seen.labelled ?? fill([b], 1),
      noise: { uniform: () => seen.mix ?? fill([b, 1, 1, 1], 0.5) },
      pass: () => ({ mode: "train", statistics: "move" }),
      once: (name: string, make: () => unknown) => (shared.has(name) || shared.set(name, make()), shared.get(name)),
    };
    return { step: step as unknown as Step<Wants>, reads: () => reads };
  };
  const term = (name: string) => terms.find((one) => one.name === name)!;
  return {
    variables,
    stepOf,
    /** A term's loss before it is reduced. */
    term: (name: string, seen: Seen): Loss => term(name).loss(stepOf(seen).step),
    /** A term's value. */
    value: (name: string, seen: Seen): Scalar => reduced(term(name).loss(stepOf(seen).step)),
    /** The opponent's loss. */
    opponent: (seen: Seen): Scalar => reduced(adversaries[0]!.loss(stepOf(seen).step)),
  };
}

/** Σ sum / Σ count, as the core reduces it; 0 where nothing counts. */
export const reduced = ({ sum: all, count }: Loss): Scalar => div(sum(all), Math.max(1e-30, sum(count!).dataSync()[0]!));
