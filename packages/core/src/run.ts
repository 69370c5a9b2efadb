import type { Precision } from "@segdistill/backend";
import type { Json, Network, Stage } from "./contract/index.js";
import type { Reduce } from "./step/update.js";
import type { Store } from "./store.js";

/** What a run is given beside its stages. */
export interface Run {
  readonly seed: number;
  readonly store?: Store;
  readonly precision?: Precision;
  /** Op by op instead of compiled. */
  readonly eager?: boolean;
  /** Hashes of the code that takes part: a stage done with other code is trained again. */
  readonly code?: Json;
  /** Seconds between two checkpoints of a stage; if left out, `checkpointInterval` decides. */
  readonly checkpointSeconds?: number;
  /** Ends the run with a checkpoint, within a step. */
  readonly signal?: AbortSignal;
  readonly reduce?: Reduce;
}

/** What became of a stage. */
export interface Outcome {
  readonly stage: string;
  readonly key: string;
  readonly steps: number;
  readonly seconds: number;
  readonly reused: boolean;
  readonly gates: readonly { readonly name: string; readonly value: number; readonly passed: boolean }[];
}

/** Trained networks; they live until `dispose`. */
export interface Trained {
  readonly stages: readonly Outcome[];
  readonly network: (stage: Stage, role: string) => Network<string>;
  readonly dispose: () => void;
}
