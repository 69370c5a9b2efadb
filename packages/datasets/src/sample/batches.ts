import type { Case } from "@segdistill/core/contract";
import { unlabelledCount, unlabelledMissing } from "./errors.js";
import type { Prepare } from "../prepare/prepare.js";
import { patches } from "./patches.js";
import type { SampleOptions } from "./schema.js";
import { semiSupervised, type Ordered } from "./semi-supervised.js";

/** Cases of a data set, and its `fingerprint()`. */
export interface Part {
  readonly cases: readonly Case[];
  readonly dataSet: string;
}

export interface BatchesOptions {
  /** The configuration's `sample`; `batch` is labelled and unlabelled together. */
  readonly sample: SampleOptions;
  readonly prepare: Prepare;
  /** How many classes the labels tell apart, background included. */
  readonly classes: number;
  readonly labelled: Part;
  /** The configuration's `data.unlabelled`. */
  readonly unlabelled?: Part | undefined;
  /** What prepared pictures may take in memory, of each part. Default 1 GiB. */
  readonly cacheBytes?: number;
}

/**
 * The batches of training as a configuration names them: patches, or labelled and unlabelled ones together where `sample.unlabelled` says how many of a batch
 * are unlabelled. [ours]
 *
 * @example
 * batches({ sample: { patch: 256, perImage: 6, batch: 4, unlabelled: 2 }, prepare, classes: 2, labelled, unlabelled });
 *
 * @throws unlabelled-missing, unlabelled-count where one of `sample.unlabelled` and `unlabelled` is given without the other; what `patches` and `semiSupervised` throw
 */
export function batches({ sample, labelled, unlabelled, ...rest }: BatchesOptions): Ordered {
  const { unlabelled: count, ...common } = sample;
  if (count !== undefined && !unlabelled) throw unlabelledMissing(count);
  if (count === undefined && unlabelled) throw unlabelledCount(sample.batch);
  if (count === undefined || !unlabelled) return patches({ ...common, ...labelled, ...rest });
  return semiSupervised({
    labelled: patches({ ...common, ...labelled, ...rest, batch: sample.batch - count }),
    unlabelled: patches({ ...common, ...unlabelled, ...rest, batch: count, labels: "ignored" }),
  });
}
