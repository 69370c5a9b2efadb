import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import {
  readEvents,
  type DomainScores,
  type Environment,
  type ModelResults,
  type Results,
  type RunFolder,
  type Trained,
} from "@segdistill/core";
import type { Json, Mask } from "@segdistill/core/contract";
import type { Precision } from "@segdistill/backend";
import { writePng, type Prepare } from "@segdistill/datasets";
import type { Progress } from "../terminal/progress.js";
import type { Evaluating } from "./evaluate-cases.js";
import { forward } from "./forward.js";
import { gainsOf } from "./gains.js";
import { measureModels, type Measuring, type NamedModel } from "./measure-models.js";
import { modelResults } from "./model-results.js";
import type { Part } from "./open-data.js";
import { visible } from "./overlay.js";
import type { ResolvedRun } from "./resolve-run.js";
import { observerResults, secondObserver } from "./second-observer.js";
import { stageResults } from "./stage-results.js";
import type { Model } from "./stages.js";
import { numbersOf, studentOf, weightsOf } from "./students.js";
import { unitsOf } from "./units.js";
import { untoldStages } from "./untold-stages.js";
import { writeObservations } from "./write-observations.js";
import { writeReport } from "./write-report.js";

export interface Finishing {
  readonly run: ResolvedRun;
  readonly folder: RunFolder;
  readonly seed: number;
  readonly environment: Environment;
  readonly prepared: Prepare;
  readonly precision: Precision;
  readonly trained: Trained;
  readonly models: readonly Model[];
  /** Most memory while a stage was trained, in bytes; null where it was not noted. */
  readonly memoryOf: (stage: string) => number | null;
  /** Of every test domain, and of "train". */
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly show: Progress;
  readonly signal: AbortSignal;
}

/** Measures every trained model on every domain; writes students, predictions of the distilled one, report.html and, last, results.json. */
export const measureRun = async (of: Finishing): Promise<Results> => {
  const { run, folder, seed, environment, prepared, precision, trained, fingerprints, show, signal } = of;
  const { config, data } = run;
  const { classes } = data.train.set;
  const { metrics, tile, at } = config.evaluate;
  const how: Evaluating = { prepare: prepared, tile, at, metrics, classes: classes.length };
  const measuring: Measuring = { how, show, signal };
  const [height, width = height] = [config.sample.patch].flat() as [number, number?];
  const known: NamedModel[] = [];
  const models: Record<string, ModelResults> = {};
  try {
    for (const { name, spec, stage, role } of of.models)
      known.push({ name, spec, forward: forward(trained.network(stage, role), precision) });
    const outcomes = of.models.map(({ trainedBy }) => trained.stages.find(({ stage }) => stage === trainedBy));
    if (data.validation) {
      folder.events.flush();
      const untold = untoldStages(readEvents(folder.paths.events));
      const fresh = known.filter((_, i) => untold.has(outcomes[i]?.stage ?? ""));
      const found = await measureModels(fresh, { validation: data.validation }, measuring);
      for (const [i, { name }] of known.entries()) if (found[name]) validated(folder, outcomes[i]!, found[name]["validation"]!);
    }
    const predicted: Measuring["predicted"] = async (model, domain, id, mask) => {
      if (model === "distilled") await writeMask(folder.paths.prediction(domain, id), visible(mask, classes.length));
    };
    const scores = await measureModels(known, data.test, { ...measuring, predicted });
    for (const [i, { name, spec, stage, role }] of of.models.entries()) {
      const [network, domains] = [trained.network(stage, role), scores[name]!];
      models[name] = modelResults(spec, network, [height, width, spec.inputChannels], outcomes[i], of.memoryOf, domains);
      const { use } = name === "teacher" ? config.teacher : config.student;
      const about = { use, classes, prepare: prepared.describe as Json, tile, config: folder.config, seed, versions: environment.packages };
      await folder.writeStudent(name, studentOf(spec, about, fingerprints, domains), weightsOf(network));
    }
    const { stage } = of.models.find(({ name }) => name === "distilled")!;
    await writeObservations({ trained, stage, domains: data.test, fingerprints, prepare: prepared, paths: folder.paths, show, signal });
    const humans = await secondObserver(data.test, metrics, classes.length);
    if (Object.keys(humans).length > 0) models["second-observer"] = observerResults(humans);
    const { distilled, baseline } = models;
    const results: Results = {
      schema: 1,
      name: config.name,
      seed,
      finished: new Date().toISOString(),
      config: folder.config,
      data: Object.fromEntries(Object.entries(data.test).map(([domain, part]) => [domain, about(part, fingerprints[domain]!)])),
      models,
      gains: baseline ? gainsOf([distilled!.domains], [baseline.domains], metrics, seed) : [],
      stages: trained.stages.map((outcome) => stageResults(outcome, of.memoryOf(outcome.stage))),
      environment,
    };
    folder.events.flush();
    await writeReport(folder.paths, results, known, data.test, how);
    await folder.writeResults(results);
    return results;
  } finally {
    for (const one of known) one.forward.dispose();
  }
};

/** What the validation set says of a stage that was trained here, as a line of events.jsonl. */
const validated = (
  folder: RunFolder,
  { stage, steps }: { readonly stage: string; readonly steps: number },
  { mean }: DomainScores,
): void => {
  folder.events.append({ stage, step: steps, validation: numbersOf(mean), ...(mean.reasons && { reasons: mean.reasons }) });
};

const about = ({ cases, unseen }: Part, fingerprint: string) => ({
  fingerprint,
  cases: unitsOf(cases),
  groups: new Set(cases.map(({ group }) => group)).size,
  unseen,
});

const writeMask = async (file: string, mask: Mask): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  await writePng(file, mask);
};
