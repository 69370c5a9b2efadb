import type { DataSet } from "../../contract/index.js";
import { suite, type Runner } from "../runner.js";
import { datasetChecks } from "./checks.js";

export interface DatasetConformance {
  /** How many cases are read, spread over the set. 6 */
  readonly cases?: number;
  /** How many pictures have been read so far, where the author can count them: then a check more asks that opening reads none. */
  readonly pictureReads?: () => number;
}

/** A data set under test. */
export interface DatasetSubject extends DatasetConformance {
  readonly name: string;
  readonly open: () => Promise<DataSet>;
}

/**
 * Holds a data set to the contract: ids unique, stable and safe as paths; `all` complete, no group divided; label values in range; image, label
 * and field of view of one size; the fingerprint the same whenever it is opened; nothing read before it is asked for. Needs no engine and loads none.
 *
 * `open` is called anew by every check. A failed check throws node:assert's AssertionError with the set's name, what was expected and found, and
 * the remedy. design.md 4
 *
 * @example
 * import { describe, it } from "vitest"; // or "node:test"
 * describeDataset({ describe, it }, "phantoms", () => phantoms({ count: 4, size: 64 })());
 */
export function describeDataset(runner: Runner, name: string, open: () => Promise<DataSet>, options: DatasetConformance = {}): void {
  suite(runner, name, { name, open, ...options }, datasetChecks(options));
}
