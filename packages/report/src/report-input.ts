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
  /** By metric, where the stage was validated. */
  readonly validation: Readonly<Record<string, readonly CurvePoint[]>>;
  /** How many steps one point stands for. */
  readonly stepsPerPoint: number;
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
