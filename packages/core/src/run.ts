import type { Precision } from "@segdistill/backend";
import type { Batches, Json, Network, Stage, Validation } from "./contract/index.js";
import { sharesOf } from "./expected-shares.js";
import type { Ready } from "./plan/prepare.js";
import type { Reduce } from "./step/slope.js";
import type { Observed } from "./step/observing.js";
import { gatesOf, type GateResult } from "./step/sweeps.js";
import type { Position, Store } from "./store.js";

/** What a run is given beside its stages. */
export interface Run {
  readonly seed: number;
  readonly store?: Store;
  readonly precision?: Precision;
  /** Op by op instead of compiled. */
  readonly eager?: boolean;
  /** For finding errors: every compiled step is traced again and held against the first trace, so that a number that was baked in and changes is told. */
  readonly check?: boolean;
  /** Hashes of the code that takes part: a stage done with other code is trained again. */
  readonly code?: Json;
  /** Seconds between two checkpoints of a stage; if left out, `checkpointInterval` decides. */
  readonly checkpointSeconds?: number;
  /** Ends the run with a checkpoint, within a step. */
  readonly signal?: AbortSignal;
  readonly reduce?: Reduce;
  /** Tells how the terms pull at the networks, before the first step of an epoch: changes no number, costs a backward pass for every term. */
  readonly inspect?: "gradients";
  /** Whether a step is read when the next one is under way; if left out, on a GPU. Changes no number. */
  readonly behind?: boolean;
  /** What a step may take; if left out, what is available on the machine. */
  readonly memoryBytes?: number;
}

/** What became of a stage. */
export interface Outcome {
  readonly stage: string;
  readonly key: string;
  /** Steps done: fewer than its budget where its patience was over. */
  readonly steps: number;
  readonly seconds: number;
  readonly reused: boolean;
  readonly gates: readonly GateResult[];
  /** Steps that were taken back because of a number that was not finite. */
  readonly skipped: number;
  /** The step after which the validation was best; null where there was none to choose by. */
  readonly bestStep: number | null;
  /** Which networks it ended with, where its validation was there to choose by: those of the last update, or of `bestStep`. */
  readonly kept: "best" | "last" | null;
}

export const outcomeOf = (ready: Ready, steps: number, seconds: number, reused: boolean, counters: Position["counters"]): Outcome => ({
  stage: ready.stage.name,
  key: ready.key,
  steps,
  seconds,
  reused,
  gates: [...gatesOf(ready, counters), ...sharesOf(ready, counters)],
  skipped: counters["skipped"] ?? 0,
  bestStep: counters["validation/bestStep"] ?? null,
  kept: "validation/bestStep" in counters ? (ready.stage.validation?.choose?.keep ?? null) : null,
});

/** Trained networks; they live until `dispose`. */
export interface Trained {
  readonly stages: readonly Outcome[];
  readonly network: (stage: Stage, role: string) => Network<string>;
  /** What the stage's methods observe in these pictures, batch by batch, on the trained networks; the pictures are of the size of the stage's own. Nothing, where no method observes. */
  readonly observe: (stage: Stage, data: Batches) => AsyncIterable<readonly Observed[]>;
  /** Means over the stage's validation data (its training data, where it holds none) on the trained networks, as the stage's own validation measures them; null where nothing counts. */
  readonly measure: (stage: Stage, measure: Validation["measure"]) => Promise<Readonly<Record<string, number | null>>>;
  readonly dispose: () => void;
}
