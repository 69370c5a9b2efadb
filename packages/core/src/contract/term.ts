import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import type { Json } from "./json.js";
import type { Module, Scope, State } from "./module.js";
import type { Schedule } from "./schedule.js";

/**
 * A loss before it is reduced. Mean-reduced terms are Σ sum / Σ count over the GLOBAL batch, sum-reduced ones (no count) Σ sum. Both are
 * `[B]`, one number an image. Counts depend on labels and masks only, never on a network; no gradient goes into them.
 */
export interface Loss {
  readonly sum: Tensor1D;
  readonly count?: Tensor1D;
}

/**
 * What a term's value should be as a share of another term's, both summed over the first epoch without their signs and at full weight, the largest that a weight reaches in the stage: one that
 * ramps up is judged as if it had done so. It is told at the end of that epoch, as a gate `<term>/share` that warns. Nothing is told where the stage has no such other term, where that is 0, or
 * where the stage ends within its first epoch.
 */
export interface ExpectedShare {
  /** The other term's own name, of whatever method: "ce", the cross-entropy. The first, if there are several. */
  readonly of: string;
  readonly least: number;
  readonly most: number;
  /** The option of the method that is the term's weight, for the warning. */
  readonly option: string;
}

/** One number that is minimised; raw value and weight are reported apart. S is the step it reads. */
export interface Term<S> {
  readonly name: string;
  /** 1 if left out; a constant 0 leaves the term out of the step. */
  readonly weight?: number | Schedule;
  /** Mixes the images of a batch: several processes and accumulation are refused. */
  readonly couples?: "images";
  /** Changes no number: outside of it the run warns. */
  readonly expected?: ExpectedShare;
  readonly loss: (step: S) => Loss;
}

/** The update rule for one variable, as a tensor program; decorators (`clip`, `groups`) take one and give one. */
export interface Optimiser {
  /** What it is, as data: part of the stage's content hash. */
  readonly describe: Json;
  readonly rate: number | Schedule;
  /** Tensors of the variable's shape that it remembers. */
  readonly slots: number;
  /** Beginnings of variable names that it treats apart; each must fit a variable of the stage. */
  readonly names?: readonly string[];
  /** Changes the whole gradient before the update: [variables] tensors in, the same out. */
  readonly gradient?: (whole: readonly Tensor[]) => readonly Tensor[];
  /** `name` is the variable's without the stage, `student/encoder/1/conv/kernel`; `count` is the number of this update, from 1. */
  readonly update: (now: {
    readonly name: string;
    readonly value: Tensor;
    readonly gradient: Tensor;
    readonly slots: readonly Tensor[];
    readonly rate: Scalar;
    readonly count: Scalar;
  }) => {
    readonly value: Tensor;
    readonly slots: readonly Tensor[];
  };
}

/**
 * Weighs a stage's terms against each other while it trains: a value beside them, not one of them. What is minimised is Σᵢ wᵢ·(fᵢ·vᵢ + pᵢ), wᵢ the weight and
 * vᵢ the value of term i; it is linear in the values, so that parts of a batch and several processes give the same.
 */
export interface Balancer {
  /** What it is, as data: part of the stage's content hash. */
  readonly describe: Json;
  readonly build: (site: { readonly scope: Scope; readonly terms: readonly string[] }) => {
    /** Trained with the stage's optimiser. */
    readonly trains: readonly Module[];
    /** f, [terms]: what each term is multiplied by now; also for the record. */
    readonly factors: () => Tensor1D;
    /** p, [terms]: what keeps the factors from falling to 0. */
    readonly penalties: () => Tensor1D;
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

/** A condition on the trained stage, measured over its validation data (its own data where it has none); what depends on the stage does not start on a failed "stop". */
export interface Gate<S> {
  readonly name: string;
  readonly measure: (step: S) => Loss;
  /** `others` are the method's gates of this stage by name, this one among them. */
  readonly accept: (value: number, others: Readonly<Record<string, number>>) => boolean;
  readonly otherwise: "stop" | "warn";
}

/** A vector for every picture, measured on the trained stage over whatever data somebody asks for: for distances between data, not for training. Networks are in inference. */
export interface Observe<S> {
  readonly name: string;
  /** `[B, N]`, and `[B]`, 1 for pictures that have one. */
  readonly of: (step: S) => { readonly vectors: Tensor2D; readonly counts: Tensor1D };
}
