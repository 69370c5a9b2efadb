import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import type { Json } from "./json.js";
import type { Module, State } from "./module.js";
import type { Schedule } from "./schedule.js";

/**
 * A loss before it is reduced. Mean-reduced terms are Σ sum / Σ count over the GLOBAL batch, sum-reduced ones (no count) Σ sum. Both are
 * `[B]`, one number an image. Counts depend on labels and masks only, never on a network; no gradient goes into them.
 */
export interface Loss {
  readonly sum: Tensor1D;
  readonly count?: Tensor1D;
}

/** One number that is minimised; raw value and weight are reported apart. S is the step it reads. */
export interface Term<S> {
  readonly name: string;
  /** 1 if left out; a constant 0 leaves the term out of the step. */
  readonly weight?: number | Schedule;
  /** Mixes the images of a batch: several processes and accumulation are refused. */
  readonly couples?: "images";
  readonly loss: (step: S) => Loss;
}

/** The update rule for one variable, as a tensor program. */
export interface Optimiser {
  /** What it is, as data: part of the stage's content hash. */
  readonly describe: Json;
  readonly rate: number | Schedule;
  /** Tensors of the variable's shape that it remembers. */
  readonly slots: number;
  /** `count` is the number of this update, from 1. */
  readonly update: (now: { value: Tensor; gradient: Tensor; slots: readonly Tensor[]; rate: Scalar; count: Scalar }) => {
    readonly value: Tensor;
    readonly slots: readonly Tensor[];
  };
}

/** An opponent: trained on the outputs from before the student's update; frozen, state included, while the student learns. */
export interface Adversary<S> {
  readonly name: string;
  readonly module: Module;
  readonly optimiser: Optimiser;
  /** Per step of the stage; 1 if left out. */
  readonly steps?: number;
  readonly loss: (step: S) => Loss;
}

/** A mean over the stage's data, without optimiser, all networks in inference: kept in a module's state. */
export interface Collect<S> {
  readonly into: State;
  /** Once before the first step, or at the start of every epoch. */
  readonly when: "start" | "epoch";
  /** `[B, N]` and `[B]`. */
  readonly of: (step: S) => { readonly sum: Tensor2D; readonly count: Tensor1D };
}

/** A condition on the trained stage, measured over its data; what depends on the stage does not start on a failed "stop". */
export interface Gate<S> {
  readonly name: string;
  readonly measure: (step: S) => Loss;
  readonly accept: (value: number) => boolean;
  readonly otherwise: "stop" | "warn";
}
