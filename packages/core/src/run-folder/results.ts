import type { Json } from "../contract/index.js";
import type { Environment } from "./environment.js";

// results.json, schema 1: the interface for other programs (interfaces.md 5). What that page leaves open and is filled in here is marked [ours].

/** Why a number is null, by the name of the number. Every null has one; nothing else has. */
export type Reasons = Readonly<Record<string, string>>;

/** Metrics by name; null where one could not be computed. `reasons` says why; `notes` what a number leaves out [ours]. */
export interface Scores {
  readonly reasons?: Reasons;
  readonly notes?: Readonly<Record<string, string>>;
  readonly [metric: string]: number | null | Reasons | undefined;
}

/** One picture. */
export interface CaseScores {
  readonly id: string;
  readonly group: string;
  readonly reasons?: Reasons;
  readonly notes?: Readonly<Record<string, string>>;
  readonly [metric: string]: number | null | string | Reasons | undefined;
}

/** One model on one test set. */
export interface DomainScores {
  readonly cases: readonly CaseScores[];
  /** Mean over the cases. */
  readonly mean: Scores;
  /** Sample standard deviation over the cases [ours]. */
  readonly sd?: Scores;
  /** All pixels of all cases as one picture. */
  readonly pooled: Scores;
}

/** One model: `teacher`, `baseline`, `distilled`; or something compared with them, such as `second-observer` [ours]. */
export interface ModelResults {
  /** Null, with a reason, where there is no network (a second observer). */
  readonly parameters: number | null;
  /** Multiply-accumulates of one picture of `macsInput`. */
  readonly macs: number | null;
  /** `[height, width, channels]` that `macs` was counted for [ours]. */
  readonly macsInput?: readonly [number, number, number];
  /** Null, with a reason, where it was not trained here. */
  readonly trainSeconds: number | null;
  /** Most memory that the process held while it was trained [ours]. Null, with a reason, where that is not known. */
  readonly memoryBytes?: number | null;
  readonly reasons?: Reasons;
  readonly domains: Readonly<Record<string, DomainScores>>;
}

/** What a model gained against another, with an interval. */
export interface GainRow {
  readonly model: string;
  readonly against: string;
  readonly domain: string;
  readonly metric: string;
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Why one of them is null [ours]. */
  readonly reason?: string;
  readonly level: number;
  /** Cases compared. */
  readonly n: number;
  /** Groups that those cases form, and cases left out [ours]. */
  readonly groups?: number;
  readonly nulls?: number;
  /** Seeds that the difference is taken over, case by case [ours]. */
  readonly seeds?: number;
  readonly method: string;
  /** Wilcoxon's signed-rank test over the groups [ours]. */
  readonly test?: SignedRankRow;
  /** Why it is to be read with care, in sentences: too few seeds, too few groups [ours]. */
  readonly cautions?: readonly string[];
}

/** Wilcoxon's signed-rank test of the groups' mean differences [ours]. */
export interface SignedRankRow {
  /** Two-sided. Null, with a reason, where nothing differs. */
  readonly p: number | null;
  /** p by Holm over the rows of this file with the same metric. */
  readonly pHolm: number | null;
  /** Matched-pairs rank-biserial correlation, -1 to 1. */
  readonly effect: number | null;
  /** "exact" or "normal approximation". */
  readonly method?: string;
  /** Groups that differ, and groups that do not. */
  readonly pairs: number;
  readonly zeros: number;
  readonly reason?: string;
}

/** One stage of training. */
export interface StageResults {
  readonly name: string;
  readonly steps: number;
  readonly seconds: number;
  readonly reused: boolean;
  readonly gate?: { readonly passed: boolean; readonly [more: string]: Json };
  /** Content hash [ours]. */
  readonly key?: string;
  /** Most memory that the process held [ours]. */
  readonly memoryBytes?: number;
  /** Steps that were taken back because of a number that was not finite [ours]; they count in `steps`. */
  readonly skipped?: number;
  /** The number of updates after which its validation was best, where it chose by one [ours]. */
  readonly bestStep?: number;
  /** Which networks are its result where it chose: "best" are selected on validation data [ours]. */
  readonly kept?: "best" | "last";
}

/** One test set. */
export interface DataResults {
  readonly fingerprint: string;
  readonly cases: number;
  readonly groups: number;
  readonly unseen: boolean;
}

/** results.json. */
export interface Results {
  readonly schema: 1;
  readonly name: string;
  readonly seed: number;
  /** Where this is the average of several seeds: these; `seed` is the first of them [ours]. */
  readonly seeds?: readonly number[];
  /** ISO 8601 in UTC. */
  readonly finished: string;
  /** SHA-256 of the resolved configuration's canonical JSON. */
  readonly config: string;
  readonly data: Readonly<Record<string, DataResults>>;
  readonly models: Readonly<Record<string, ModelResults>>;
  readonly gains: readonly GainRow[];
  readonly stages: readonly StageResults[];
  readonly environment: Environment;
}
