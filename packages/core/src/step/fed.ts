import {
  cast,
  mul,
  oneHot,
  reshape,
  scalar,
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
import type { At, Batch, Picture, PictureShape, Schedule } from "../contract/index.js";
import type { Ready } from "../plan/prepare.js";
import { hash } from "../random.js";

/** The tensors of one step, after they were fed. */
export interface Fed extends Picture {
  readonly labelled: Tensor1D;
  /** [B, 2] int32, from (seed, epoch, case, occurrence). */
  readonly seeds: Tensor2D;
  readonly index: Scalar;
  /** [terms] */
  readonly weights: Tensor1D;
  /** [1 + adversaries] */
  readonly rates: Tensor1D;
}

/** What is handed to a tensor program: in this order, as they come from the loader. */
export interface Feed {
  readonly tensors: readonly Tensor[];
  /** Of the terms, then of the adversaries (1 each). */
  readonly weights: readonly number[];
  readonly rate: number;
}

const numberOf = (of: number | Schedule | undefined, at: At): number => (typeof of === "object" ? of.value(at) : (of ?? 1));

/** The tensors of one step. Schedules become numbers here and nowhere else. The caller disposes of them. */
export function feed(batch: Batch, at: At, { stage, terms, adversaries }: Ready, seed: number): Feed {
  const { height, width, channels } = stage.data.picture;
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
      tensor1d([...weights, 0]), // never empty
      tensor1d(rates),
    ],
  };
}

/** The same inside the program: labels one-hot, zero where there is none. */
export function unpack(tensors: readonly Tensor[], { classes }: PictureShape): Fed {
  const [images, labels, valid, labelled, seeds, index, weights, rates] = tensors as [
    Tensor4D,
    Tensor3D,
    Tensor3D,
    Tensor1D,
    Tensor2D,
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
    weights,
    rates,
  };
}
