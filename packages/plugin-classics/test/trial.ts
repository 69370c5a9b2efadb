import {
  add,
  addN,
  div,
  grads,
  maximum,
  mul,
  ones,
  slice,
  sum,
  zeros,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { scope } from "@segdistill/core";
import type { Built, CheckedMethod, Module, Step, Wants } from "@segdistill/core/contract";

/** A network's maps by tap, and its logits under "logits". */
export type Maps = Readonly<Record<string, Tensor4D>>;

/** What a method is shown: everything counts and nothing has a label if left out. */
export interface Seen {
  readonly student: Maps;
  readonly teacher: Maps;
  readonly labels?: Tensor4D;
  readonly valid?: Tensor3D;
  readonly labelled?: Tensor1D;
}

export interface Trial {
  /** A term as the core reduces it: Σ sum / Σ count, or Σ sum; without its weight. 0 where nothing counts. */
  readonly value: (term: string, seen: Seen) => Scalar;
  /** Its gradients by some of the student's maps. */
  readonly slopes: (term: string, seen: Seen, by: readonly string[]) => readonly Tensor[];
  readonly weights: Readonly<Record<string, unknown>>;
  readonly trains: readonly Module[];
}

/** Stands in for a paraphraser: the first channels. */
const keepFirst = (_: string, channels: number) => (map: Tensor4D) => slice(map, [0, 0, 0, 0], [-1, -1, -1, channels]);

/** A method built on networks of such maps, for pictures of 16 × 24 pixels or others. */
export function trial(method: CheckedMethod, like: Pick<Seen, "student" | "teacher">, picture = { height: 16, width: 24 }): Trial {
  const taps = (maps: Maps) =>
    Object.fromEntries(Object.entries(maps).map(([tap, { shape }]) => [tap, { stride: picture.height / shape[1], channels: shape[3] }]));
  const classes = like.student["logits"]?.shape[3] ?? 2;
  const site = {
    picture: { ...picture, channels: 1, classes },
    net: { student: { taps: taps(like.student) }, teacher: { taps: taps(like.teacher) } },
    scope: scope("here", method.name, 0, new Map()),
    use: () => keepFirst,
  };
  const { terms = [], trains = [] } = (method.build as unknown as (site: unknown) => Built<Step<Wants>>)(site);
  const value: Trial["value"] = (name, seen) => {
    const [b] = Object.values(seen.student)[0]!.shape;
    const answer = (maps: Maps) => ({ logits: maps["logits"], tap: (tap: string) => maps[tap]! });
    const step = {
      net: { student: answer(seen.student), teacher: answer(seen.teacher) },
      labels: seen.labels ?? zeros([b, picture.height, picture.width, classes]),
      valid: seen.valid ?? ones([b, picture.height, picture.width]),
      labelled: seen.labelled ?? ones([b]),
    } as unknown as Step<Wants>;
    const loss = terms.find((term) => term.name === name)!.loss(step);
    return loss.count ? div(sum(loss.sum), maximum(sum(loss.count), 1e-9)) : sum(loss.sum);
  };
  return {
    value,
    // tfjs refuses to differentiate by what a function does not depend on: hence 0 times all of them
    slopes: (name, seen, by) =>
      grads((...own: Tensor[]) => {
        const student = { ...seen.student, ...Object.fromEntries(by.map((tap, i) => [tap, own[i] as Tensor4D])) };
        return add(value(name, { ...seen, student }), mul(0, addN(own.map((x) => sum(x)))));
      })(by.map((tap) => seen.student[tap]!)),
    weights: Object.fromEntries(terms.map(({ name, weight = 1 }) => [name, weight])),
    trains,
  };
}

export const number = (x: Tensor): number => x.dataSync()[0]!;
