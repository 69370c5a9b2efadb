import {
  cast,
  mul,
  oneHot,
  reshape,
  scalar,
  slice,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import type { At, Batch, Batches, Picture, PictureShape, Schedule, Stage } from "../contract/index.js";
import type { Ready } from "../plan/prepare.js";
import { hash } from "../random.js";

/** The tensors of one step, after they were fed. */
export interface Fed extends Picture {
  readonly labelled: Tensor1D;
  /** [B, 2] int32, from (seed, epoch, case, occurrence). */
  readonly seeds: Tensor2D;
  readonly index: Scalar;
  /** Updates that counted: steps that were taken back are not among them. */
  readonly updates: Scalar;
  /** [terms] */
  readonly weights: Tensor1D;
  /** [1 + adversaries] */
  readonly rates: Tensor1D;
}

/** A batch cut into `count` parts of as equal a size as can be. */
export function split(fed: Fed, count: number): readonly Fed[] {
  if (count <= 1) return [fed];
  const images = fed.images.shape[0];
  const parts = Math.min(count, images);
  const first = (part: number): number => Math.floor((part * images) / parts);
  return Array.from({ length: parts }, (_, part) => {
    const of = <T extends Tensor>(t: T): T =>
      slice(t, [first(part), ...Array<number>(t.rank - 1).fill(0)], [first(part + 1) - first(part), ...t.shape.slice(1)]);
    return {
      ...fed,
      images: of(fed.images),
      labels: of(fed.labels),
      valid: of(fed.valid),
      labelled: of(fed.labelled),
      seeds: of(fed.seeds),
    };
  });
}

/** What is handed to a tensor program: in this order, as they come from the loader. */
export interface Feed {
  readonly tensors: readonly Tensor[];
  /** Of the terms, then of the adversaries (1 each). */
  readonly weights: readonly number[];
  readonly rate: number;
}

const numberOf = (of: number | Schedule | undefined, at: At): number => (typeof of === "object" ? of.value(at) : (of ?? 1));

/** Where a stage stands after `step` steps, of which `updates` counted. */
export const atStep = ({ steps, data: { batchesPerEpoch } }: Stage, step: number, updates = step): At & { readonly updates: number } => ({
  updates,
  step,
  steps,
  epoch: Math.floor(step / batchesPerEpoch),
  perEpoch: batchesPerEpoch,
});

/** The tensors of one step. Schedules become numbers here and nowhere else. The caller disposes of them. */
export function feed(
  batch: Batch,
  at: At & { readonly updates: number },
  { stage, terms, adversaries }: Ready,
  seed: number,
  { picture }: Batches = stage.data,
): Feed {
  const { height, width, channels } = picture;
  const images = batch.cases.length;
  const weights = terms.map((term) => numberOf(term.weight, at));
  const rates = [stage.optimiser, ...adversaries.map((adversary) => adversary.optimiser)].map((optimiser) => numberOf(optimiser.rate, at));
  const seeds = batch.cases.flatMap((id, i) => hash(`${seed}/${at.epoch}/${id}/${batch.occurrences[i]!}`));
  return {
    weights: [...weights, ...adversaries.map(() => 1)],
    rate: rates[0]!,
    tensors: [
      tensor(batch.images, [images, height, width, channels]),
      tensor(Int32Array.from(batch.labels), [images, height, width], "int32"),
      tensor(batch.valid, [images, height, width], "bool"),
      tensor(batch.labelled, [images], "bool"),
      tensor2d(seeds, [images, 2], "int32"),
      scalar(at.step),
      scalar(at.updates),
      tensor1d([...weights, 0]), // never empty
      tensor1d(rates),
    ],
  };
}

/** The same inside the program: labels one-hot, zero where there is none. */
export function unpack(tensors: readonly Tensor[], { classes }: PictureShape): Fed {
  const [images, labels, valid, labelled, seeds, index, updates, weights, rates] = tensors as [
    Tensor4D,
    Tensor3D,
    Tensor3D,
    Tensor1D,
    Tensor2D,
    Scalar,
    Scalar,
    Tensor1D,
    Tensor1D,
  ];
  const known = cast(labelled, "float32");
  return {
    images,
    labels: tidy(() => mul(cast(oneHot(labels, classes), "float32"), reshape(known, [-1, 1, 1, 1]))),
    valid: cast(valid, "float32"),
    labelled: known,
    seeds,
    index,
    updates,
    weights,
    rates,
  };
}
