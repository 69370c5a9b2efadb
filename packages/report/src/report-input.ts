import type { Results } from "@segdistill/core";
import type { Mask } from "@segdistill/core/contract";

/** One point of a thinned curve: the mean of one or more consecutive steps, and their range. */
export interface CurvePoint {
  /** The last of its steps. */
  readonly step: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What one stage recorded while it trained. Made from the lines of events.jsonl by `curvesOf`. */
export interface StageCurves {
  readonly stage: string;
  /** By term ("method/term"): the raw value and the weight it was given, apart. */
  readonly terms: Readonly<Record<string, { readonly raw: readonly CurvePoint[]; readonly weight: readonly CurvePoint[] }>>;
  /** Learning rate. */
  readonly rate: readonly CurvePoint[];
  /** By metric, where the stage was validated while it trained. A step is the number of updates before. */
  readonly validation: Readonly<Record<string, readonly CurvePoint[]>>;
  /** How many steps one point stands for. */
  readonly stepsPerPoint: number;
  readonly told: StageTold;
}

/** A condition on a trained stage. */
export interface GateFound {
  readonly name: string;
  /** Null where it was not defined. */
  readonly value: number | null;
  readonly passed: boolean;
  /** What was expected, what was found, what to do; of those that say so. */
  readonly warning?: string;
}

/** A step that was taken back: `term` gave a number that is not finite ("gradient" where every term was finite). */
export interface SkippedStep {
  /** From 0. */
  readonly step: number;
  readonly term: string;
  readonly cases: readonly string[];
  readonly where: string;
}

/** How two terms pull, over the times that they were looked at. Null where one of them pulled at nothing each time. */
export interface PairCosine {
  /** "a · b". */
  readonly pair: string;
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Times with a cosine, and times without. */
  readonly n: number;
  readonly nulls: number;
}

/** How the terms of a stage pull at what it trains. */
export interface StageGradients {
  /** Norm of the weighted gradient by term, and how often it was not finite. */
  readonly norms: Readonly<Record<string, { readonly points: readonly CurvePoint[]; readonly notFinite: number }>>;
  readonly cosines: readonly PairCosine[];
}

/** What a stage told beside its steps. */
export interface StageTold {
  /** Updates done, and how many it was given; null where it did not say. */
  readonly end: { readonly done: number; readonly budget: number } | null;
  /** The last validation that was better than all before, where the stage chose: after so many updates and epochs. */
  readonly best: { readonly step: number; readonly epoch: number | null } | null;
  /** Scores on the validation data by metric, measured once after training. */
  readonly measured: Readonly<Record<string, number | null>> | null;
  readonly gates: readonly GateFound[];
  /** All, and the first few. */
  readonly skipped: { readonly count: number; readonly examples: readonly SkippedStep[] };
  /** Null where it was not inspected. */
  readonly gradients: StageGradients | null;
}

/** Why a picture is shown. */
export type Rank = "best" | "median" | "worst";

/** One picture with its truth and what each model made of it, all on one grid. */
export interface ShownCase {
  readonly rank: Rank;
  /** Case id, as in the results. */
  readonly id: string;
  /** `data:image/png;base64,…` (jpeg, webp): the prepared picture, grey or colour. Stretched onto the masks' grid, so it may be smaller. */
  readonly picture: string;
  /** Class indices; 255 where nothing is known. */
  readonly truth: Mask;
  /** 1 where the pixel counts; null where every pixel does. */
  readonly valid: Mask | null;
  /** Class indices by model ("teacher", "baseline", "distilled"). */
  readonly predictions: Readonly<Record<string, Mask>>;
}

/** Everything that report.html shows. */
export interface ReportInput {
  readonly results: Results;
  /** Seeds that the results are averaged over; the one in the results if left out. */
  readonly seeds?: readonly number[];
  readonly curves: readonly StageCurves[];
  /** By domain. */
  readonly shown: Readonly<Record<string, readonly ShownCase[]>>;
  /** config.yaml as resolved. */
  readonly configuration: string;
}
