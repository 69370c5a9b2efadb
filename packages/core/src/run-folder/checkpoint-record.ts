import { z } from "zod";
import type { Json } from "../contract/index.js";

/** Where a stage stood when it was saved: the JSON file beside the weights. */
export interface CheckpointRecord {
  readonly schema: 1;
  readonly stage: string;
  /** Content hash of the stage. */
  readonly key: string;
  /** Steps done, of how many. */
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Batches of this epoch that are done. */
  readonly batch: number;
  /** Nothing is left to train. */
  readonly done: boolean;
  /** Of the safetensors file. */
  readonly sha256: string;
  /** Length of events.jsonl in bytes when it was saved: what lies behind is cut off on resume. */
  readonly eventsOffset: number;
  /** Time spent on the stage so far, over all processes. */
  readonly seconds: number;
  readonly counters: Json;
  /** How many tensors there are. */
  readonly tensors: number;
}

const whole = z.int().min(0);
const hex64 = z.string().regex(/^[0-9a-f]{64}$/, { error: "expected 64 hexadecimal digits" });

/** The schema of `checkpoints/<stage>/<step>.json`. */
export const checkpointRecord: z.ZodType<CheckpointRecord> = z.strictObject({
  schema: z.literal(1),
  stage: z.string().min(1),
  key: z.string().min(1),
  step: whole,
  steps: whole,
  epoch: whole,
  batch: whole,
  done: z.boolean(),
  sha256: hex64,
  eventsOffset: whole,
  seconds: z.number().min(0),
  counters: z.json(),
  tensors: whole,
});
