import type { Batches, Data } from "./data.js";
import type { CheckedMethod } from "./method.js";
import type { NetworkSpec } from "./network.js";
import type { Json } from "./json.js";
import type { Step, Wants } from "./step.js";
import type { Balancer, Loss, Optimiser } from "./term.js";

/** A network that a stage has trained or will have trained. */
export interface Result<Tap extends string> {
  readonly stage: Stage;
  readonly role: string;
  readonly spec: NetworkSpec<Tap>;
  /** Of a network that no stage trained: where its values come from. */
  readonly weights?: Weights;
}

/** A network in a stage. Made by `learns(spec, …)`, `frozen(result)` and `given(spec, weights)`. */
export type Net<Tap extends string> =
  | { readonly mode: "trained"; readonly spec: NetworkSpec<Tap>; readonly earlier?: Result<Tap>; readonly start: "fresh" | "earlier" }
  | { readonly mode: "frozen"; readonly spec: NetworkSpec<Tap>; readonly of: Result<Tap> }
  | { readonly mode: "given"; readonly spec: NetworkSpec<Tap>; readonly weights: Weights };

/** Weights from elsewhere, by the module's own names; `fingerprint` is the SHA-256 of the file they came from. */
export interface Weights {
  readonly fingerprint: string;
  readonly read: () => ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
}

export type Nets = Readonly<Record<string, Net<string>>>;
export type WantsOf<N extends Nets> = { readonly [R in keyof N]: keyof N[R]["spec"]["taps"] & string };

/** Anything that trains: teacher, baseline, paraphraser, alignment, distillation. Made by `stage(…)`, which checks methods against networks. */
export interface Stage<N extends Nets = Nets, M extends string = string> {
  readonly name: string;
  readonly nets: N;
  readonly methods: readonly (CheckedMethod & { readonly name: M })[];
  readonly optimiser: Optimiser;
  readonly steps: number;
  readonly data: Data;
  /** Parts that every batch is cut into, one after the other in memory, for one update. Batch norm sees a part at a time. 1 */
  readonly accumulate?: number;
  /** Networks that know how keep less for the way back and compute it again, which takes longer. Numbers are the same to rounding. false */
  readonly recompute?: boolean;
  /** The stage ends with a moving average of its networks: avg ← avg + (1 − d)(w − avg), d = min(this, (1 + t)/(10 + t)) at update t from 0. Off if left out. */
  readonly average?: number;
  /** Weighs the terms against each other. Their plain weighted sum if left out. */
  readonly balance?: Balancer;
  /** Data that is not trained on: what gates and the validation are measured on. Gates are measured on `data` if it is left out. */
  readonly held?: Batches;
  /** Measured on `held` between epochs. */
  readonly validation?: Validation;
  /** At a loss or gradient that is not finite: the stage ends, or at most so many steps are taken back and left out. "stop" */
  readonly nonFinite?: "stop" | { readonly skip: number };
}

/** Means over data that are not trained on, networks in inference (with their moving average, where there is one). */
export interface Validation {
  /** What is measured, Σ sum / Σ count over all data, by name. */
  readonly measure: Readonly<Record<string, (step: Step<Wants>) => Loss>>;
  /** What `measure` is, as data: part of the stage's content hash. */
  readonly describe: Json;
  /** Epochs from one to the next; the last update is always followed by one. 1 */
  readonly every?: number;
  readonly choose?: Choice;
}

/** What a stage does with its validation. Without a choice the last update's networks are its result. */
export interface Choice {
  /** A name of `measure`. */
  readonly by: string;
  readonly better: "higher" | "lower";
  /** Which networks the stage ends with. "best" is explicit: it selects on the validation data. */
  readonly keep: "last" | "best";
  /** The stage ends after so many validations without a better one. Never if left out. */
  readonly patience?: number;
}
