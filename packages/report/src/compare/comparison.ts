import type { Results } from "@segdistill/core";
import type { Finding } from "../finding.js";

/** A run to be compared: its results by seed. */
export interface ComparedRun {
  /** What it is called in the table; every run another. */
  readonly label: string;
  /** One or more, each of another seed. */
  readonly seeds: readonly Results[];
  /** The grid that predictions were scored on, as `evaluate.at` says it; left out where that is not known. */
  readonly at?: string;
  /** Of how many settings it was chosen on validation data; left out where nothing was chosen. */
  readonly tries?: number;
}

/** What is compared, and with which random numbers. */
export interface CompareOptions {
  /** A metric of the results; Dice if left out, where it was measured, else the first one. */
  readonly metric?: string;
  /** A model's name ("baseline", "teacher": each run's own), a run's label (its distilled student), or "<label>/<model>"; "baseline" if left out. */
  readonly against?: string;
  /** Makes the stream of a key, numbers in [0, 1): `random` of `@segdistill/core/random`. */
  readonly draw: (key: string) => { readonly next: () => number };
}

/** Several runs in one table. */
export interface Comparison {
  readonly metric: string;
  readonly level: number;
  /** What differences are taken to, in words: "baseline of the same run". */
  readonly against: string;
  readonly runs: readonly (Pick<ComparedRun, "label" | "tries"> & { readonly seeds: readonly number[] })[];
  readonly domains: readonly ComparedDomain[];
  /** How many p-values Holm's correction is over. */
  readonly tests: number;
  /** What to keep in mind, in sentences. */
  readonly cautions: readonly string[];
}

/** One test set. */
export interface ComparedDomain {
  readonly domain: string;
  readonly unseen: boolean;
  readonly cases: number;
  readonly groups: number;
  readonly rows: readonly ComparedRow[];
}

/** One model of one run on one test set. */
export interface ComparedRow {
  readonly run: string;
  readonly model: string;
  readonly seeds: number;
  /** Mean over cases, each averaged over the seeds first, and the deviation between cases; null with a reason. */
  readonly mean: number | null;
  readonly sd: number | null;
  readonly reason?: string;
  /** Deviation between the seeds' means; null for one seed. */
  readonly seedSd: number | null;
  readonly parameters: number | null;
  readonly macs: number | null;
  /** Mean over the seeds. */
  readonly trainSeconds: number | null;
  /** Most of any seed. */
  readonly memoryBytes: number | null;
  /** Null where this row is not compared. */
  readonly difference: ComparedDifference | null;
}

/** A row's difference to what it is compared with. */
export interface ComparedDifference {
  readonly run: string;
  readonly model: string;
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly reason?: string;
  /** Cases, groups and seeds compared; cases left out. */
  readonly n: number;
  readonly groups: number;
  readonly seeds: number;
  readonly nulls: number;
  readonly method: string;
  readonly p: number | null;
  readonly pHolm: number | null;
  readonly effect: number | null;
  /** How p was found, or why there is none. */
  readonly test: string;
  readonly finding: Finding;
}
