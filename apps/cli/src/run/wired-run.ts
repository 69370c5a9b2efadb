import type { DataSet } from "@segdistill/core/contract";
import { batches, prepare, wholePictures, type Prepare } from "@segdistill/datasets";
import { givenWeights } from "./given-weights.js";
import type { ResolvedRun } from "./resolve-run.js";
import { wire, type Wired } from "./stages.js";

/** A resolved run as stages over its data: ready to be trained, or explained. */
export interface WiredRun extends Wired {
  readonly prepared: Prepare;
  /** Fingerprint of the training set. */
  readonly dataSet: string;
}

/**
 * Data, given weights and stages of a run. The engine must have been started. `fingerprintOf` for who wires several runs over the same opened data: every byte of it is
 * read for its fingerprint. Throws run/weights-missing, run/unmatched-weights and what `stage` refuses.
 */
export const wiredRun = async (
  run: ResolvedRun,
  fingerprintOf = (set: DataSet): Promise<string> => set.fingerprint(),
): Promise<WiredRun> => {
  const { config, teacher, student, methods } = run;
  const { set, cases } = run.data.train;
  const prepared = prepare(config.prepare);
  const dataSet = await fingerprintOf(set);
  const { unlabelled, validation } = run.data;
  const shared = { prepare: prepared, classes: set.classes.length };
  const labelled = { cases, dataSet };
  const data = batches({
    ...shared,
    sample: config.sample,
    labelled,
    unlabelled: unlabelled && { cases: unlabelled.cases, dataSet: await fingerprintOf(unlabelled.set) },
  });
  const { unlabelled: beside, ...alone } = config.sample;
  const { patch, batch } = config.sample;
  const held =
    validation && wholePictures({ ...shared, patch, batch, cases: validation.cases, dataSet: await fingerprintOf(validation.set) });
  const weights = await givenWeights(run);
  const wired = wire({
    config,
    data,
    ...(beside !== undefined && { labelled: batches({ ...shared, sample: alone, labelled }) }),
    teacher,
    student,
    methods: methods.made,
    alone: methods.alone,
    at: run.at,
    ...(weights && { weights }),
    ...(held && { held }),
  });
  return { ...wired, prepared, dataSet };
};
