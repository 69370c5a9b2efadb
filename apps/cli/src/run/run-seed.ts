import { join } from "node:path";
import { choosePrecision, thisProcessor } from "./precision.js";
import { describeEnvironment, folderStore, openRunFolder, runsBeside, train, type ModelResults, type Results } from "@segdistill/core";
import type { Json, Network } from "@segdistill/core/contract";
import { startEngine } from "@segdistill/backend";
import { patches, prepare, writePng } from "@segdistill/datasets";
import { stringify } from "yaml";
import type { Progress } from "../terminal/progress.js";
import { engineOrigins, originsOf, versionsOf } from "./code.js";
import { finishedResults } from "./finished.js";
import { gainsOf } from "./gains.js";
import { givenWeights } from "./given-weights.js";
import { measureModel, secondObserver, type Measuring } from "./measure-models.js";
import { modelResults } from "./model-results.js";
import type { Part } from "./open-data.js";
import { visible } from "./overlay.js";
import { splitOf, type ResolvedRun } from "./resolve-run.js";
import { shownStore } from "./shown-store.js";
import { wire } from "./stages.js";
import { studentOf, weightsOf } from "./students.js";
import { writeReport } from "./write-report.js";

export interface SeedOptions {
  readonly seed: number;
  /** The run folder. */
  readonly path: string;
  readonly resume: boolean;
  readonly show: Progress;
  readonly signal: AbortSignal;
  /** Makes sure that TensorFlow is there; not called where everything is done. */
  readonly library: () => Promise<unknown>;
}

export interface SeedDone {
  readonly results: Results;
  /** Nothing was left to do. */
  readonly before: boolean;
}

/** One run of one seed: trains what is not trained yet, measures, and writes the run folder to its end. */
export const runSeed = async (run: ResolvedRun, { seed, path, resume, show, signal, library }: SeedOptions): Promise<SeedDone> => {
  const { seeds: _, ...rest } = run.config;
  const config = { ...rest, seed } as unknown as Json;
  const fingerprints = await fingerprintsOf(run.data.test);
  const versions = versionsOf(originsOf(run));
  const before = await finishedResults(path, { config, fingerprints, versions });
  if (before) return { results: before, before: true };

  await library();
  const folder = await openRunFolder(path, { config, text: stringify(config), split: splitOf(run.data), resume });
  try {
    folder.warnings.forEach(show.say);
    const engine = await startEngine();
    const asked = run.config.precision;
    const { precision } = choosePrecision(asked, thisProcessor());
    const environment = await describeEnvironment({
      packages: versions,
      threads: engine.threads,
      precision: { asked, chosen: precision },
      tensorflow: engine.tensorflow,
      lockFile: join(process.cwd(), "package-lock.json"),
      repository: run.folder,
    });
    await folder.writeEnvironment(environment);

    // 1. train what is not trained
    const { train: learnt, test } = run.data;
    const { classes } = learnt.set;
    const prepared = prepare(run.config.prepare);
    const trainFingerprint = await learnt.set.fingerprint();
    const data = patches({
      ...run.config.sample,
      cases: learnt.cases,
      dataSet: trainFingerprint,
      prepare: prepared,
      classes: classes.length,
    });
    const weights = await givenWeights(run);
    const { teacher, student, methods } = run;
    const wired = wire({
      config: run.config,
      data,
      teacher,
      student,
      methods: methods.made,
      alone: methods.alone,
      ...(weights && { weights }),
    });
    const store = shownStore(folderStore(folder, { others: await runsBeside(folder.paths.folder), warn: show.say }), show);
    const code = engineOrigins() as unknown as Json;
    const trained = await train(wired.goals, { seed, store, precision, code, signal });

    // 2. measure every model on every domain, keep students and predictions
    const { metrics, tile, at } = run.config.evaluate;
    const measuring: Measuring = { how: { prepare: prepared, tile, at, metrics, classes: classes.length }, precision, show, signal };
    const input = [data.picture.height, data.picture.width, data.picture.channels] as const;
    const models: Record<string, ModelResults> = {};
    for (const model of wired.models) {
      const network: Network<string> = trained.network(model.stage, model.role);
      const last = model.name === "distilled";
      const keep = async (domain: string, id: string, mask: Parameters<typeof visible>[0]): Promise<void> =>
        writePrediction(folder.paths.prediction(domain, id), visible(mask, classes.length));
      const domains = await measureModel({ ...model, network }, test, { ...measuring, ...(last && { predicted: keep }) });
      const outcome = trained.stages.find(({ stage }) => stage === model.trainedBy);
      models[model.name] = modelResults(model.spec, network, input, outcome, domains);
      const use = model.name === "teacher" ? run.config.teacher.use : run.config.student.use;
      const about = { use, classes, prepare: prepared.describe as Json, tile, config: folder.config, seed, versions };
      await folder.writeStudent(
        model.name,
        studentOf(model.spec, about, { train: trainFingerprint, ...fingerprints }, domains),
        weightsOf(network),
      );
    }
    const humans = await secondObserver(test, metrics, classes.length);
    if (Object.keys(humans).length > 0) models["second-observer"] = observer(humans);

    // 3. what others read
    const { distilled, baseline } = models;
    const results: Results = {
      schema: 1,
      name: run.config.name,
      seed,
      finished: new Date().toISOString(),
      config: folder.config,
      data: Object.fromEntries(Object.entries(test).map(([domain, part]) => [domain, about(part, fingerprints[domain]!)])),
      models,
      gains: baseline ? gainsOf(distilled!.domains, baseline.domains, metrics, seed) : [],
      stages: trained.stages.map(({ stage, key, steps, seconds, reused, gates }) => ({
        name: stage,
        key,
        steps,
        seconds,
        reused,
        ...(gates.length > 0 && { gate: { passed: gates.every(({ passed }) => passed), gates: gates as unknown as Json } }),
      })),
      environment,
    };
    trained.dispose();
    await writeReport(folder, results, run);
    await folder.writeResults(results);
    show.close();
    return { results, before: false };
  } finally {
    show.close();
    folder.close();
  }
};

const about = ({ cases, unseen }: Part, fingerprint: string) => ({
  fingerprint,
  cases: cases.length,
  groups: new Set(cases.map(({ group }) => group)).size,
  unseen,
});

const observer = (domains: ModelResults["domains"]): ModelResults => {
  const reason = "a person, not a network";
  return { parameters: null, macs: null, trainSeconds: null, reasons: { parameters: reason, macs: reason, trainSeconds: reason }, domains };
};

const fingerprintsOf = async (parts: Readonly<Record<string, Part>>): Promise<Readonly<Record<string, string>>> => {
  const all: Record<string, string> = {};
  for (const [domain, { set }] of Object.entries(parts)) all[domain] = await set.fingerprint();
  return all;
};

const writePrediction = async (file: string, mask: ReturnType<typeof visible>): Promise<void> => {
  const { mkdir } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  await mkdir(dirname(file), { recursive: true });
  await writePng(file, mask);
};
