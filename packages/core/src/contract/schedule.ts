import type { Json } from "./json.js";

/** Where a stage stands. `step` counts updates done; both counts start at 0. */
export interface At {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Updates of an epoch. */
  readonly perEpoch: number;
}

/** A number that changes over time. Evaluated outside the step and fed to it as a tensor, so it is never baked into a trace. */
export interface Schedule {
  /** What it is, as data: part of the stage's content hash. */
  readonly describe: Json;
  readonly value: (at: At) => number;
}
