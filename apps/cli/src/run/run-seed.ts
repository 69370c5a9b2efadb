import type { Results } from "@segdistill/core";
import { originsOf, versionsOf } from "./code.js";
import { finishedResults } from "./finished.js";
import { measureRun } from "./measure-run.js";
import type { Part } from "./open-data.js";
import type { ResolvedRun } from "./resolve-run.js";
import { configOf, trainRun, type TrainOptions } from "./train-run.js";

export interface SeedDone {
  readonly results: Results;
  /** Nothing was left to do. */
  readonly before: boolean;
}

/** One run of one seed: trains what is not trained yet, measures, and writes the run folder to its end. */
export const runSeed = async (run: ResolvedRun, options: TrainOptions): Promise<SeedDone> => {
  const { seed, path, show, signal } = options;
  const fingerprints = await fingerprintsOf(run.data.test);
  const before = await finishedResults(path, { config: configOf(run, seed), fingerprints, versions: versionsOf(originsOf(run)) });
  if (before) return { results: before, before: true };
  const results = await trainRun(run, options, ({ wired, folder, environment, trained, memoryOf }) =>
    measureRun({
      ...{ run, folder, seed, environment, trained, memoryOf, show, signal },
      prepared: wired.prepared,
      precision: environment.precision.chosen,
      models: wired.models,
      fingerprints: { ...fingerprints, train: wired.dataSet },
    }),
  );
  return { results, before: false };
};

const fingerprintsOf = async (parts: Readonly<Record<string, Part>>): Promise<Readonly<Record<string, string>>> => {
  const all: Record<string, string> = {};
  for (const [domain, { set }] of Object.entries(parts)) all[domain] = await set.fingerprint();
  return all;
};
