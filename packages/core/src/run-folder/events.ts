import type { Json } from "../contract/index.js";

/** One step of training: raw values and weights by "method/term". */
export interface StepLine {
  /** When, ISO 8601 in UTC. */
  readonly t: string;
  readonly stage: string;
  readonly step: number;
  readonly epoch: number;
  readonly terms: Readonly<Record<string, { readonly raw: number; readonly weight: number }>>;
  /** Of the optimiser, in this step. */
  readonly rate: number;
  /** Duration of the step in milliseconds. */
  readonly ms: number;
}

/** Scores on the validation set, by metric; null where one could not be computed, with a reason. */
export interface ValidationLine {
  readonly t: string;
  readonly stage: string;
  readonly step?: number;
  readonly epoch?: number;
  readonly validation: Readonly<Record<string, number | null>>;
  readonly reasons?: Readonly<Record<string, string>>;
  /** Better than all before, by the stage's choice. */
  readonly best?: boolean;
}

export const stageEvents = ["started", "resumed", "reused", "gate", "skipped", "not-finite", "gradients", "finished"] as const;

/** What happened to a stage, with whatever else is to be said of it. */
export interface StageLine {
  readonly t: string;
  readonly stage: string;
  readonly event: (typeof stageEvents)[number];
  readonly [more: string]: Json;
}

/** One line of events.jsonl. */
export type EventLine = StepLine | ValidationLine | StageLine;

/** A line before it is given its time. */
export type NewEvent =
  | Omit<StepLine, "t">
  | Omit<ValidationLine, "t">
  | (Pick<StageLine, "stage" | "event"> & { readonly [more: string]: Json });

/** Whether a line records a step. */
export const isStep = (line: EventLine): line is StepLine => "terms" in line;
/** Whether a line records a validation. */
export const isValidation = (line: EventLine): line is ValidationLine => "validation" in line;
/** Whether a line tells of a stage. */
export const isStage = (line: EventLine): line is StageLine => "event" in line;
