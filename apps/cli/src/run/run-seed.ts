import { join } from "node:path";
import { startEngine, type EngineInfo, type Precision } from "@segdistill/backend";
import {
  describeEnvironment,
  folderStore,
  openRunFolder,
  runsBeside,
  train,
  type Environment,
  type Results,
  type RunFolder,
} from "@segdistill/core";
import type { Json } from "@segdistill/core/contract";
import { stringify } from "yaml";
import type { Progress } from "../terminal/progress.js";
import { autoPrecision } from "./auto-precision.js";
import { engineOrigins, originsOf, versionsOf } from "./code.js";
import { finishedResults } from "./finished.js";
import { measureRun } from "./measure-run.js";
import { keptNotes, machineChanges } from "./not-bit-exact.js";
import type { Part } from "./open-data.js";
import { splitOf, type ResolvedRun } from "./resolve-run.js";
import { shownStore } from "./shown-store.js";
import { stageMemory } from "./stage-memory.js";
import { settledPrecision } from "./settled-precision.js";
import { withTensorBoard } from "../tensorboard/board.js";
import { wiredRun, type WiredRun } from "./wired-run.js";

export interface SeedOptions {
  readonly seed: number;
  /** The run folder. */
  readonly path: string;
  readonly resume: boolean;
  readonly inspect?: "gradients";
  /** Run folders whose finished stages may be taken over; those beside this one if left out. */
  readonly others?: (folder: string) => Promise<readonly string[]>;
  /** Run folders that this one is to be compared with: with `precision: auto` it takes theirs. */
  readonly alike: readonly string[];
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
export const runSeed = async (run: ResolvedRun, options: SeedOptions): Promise<SeedDone> => {
  const { seed, path, resume, show, library, others = runsBeside } = options;
  const config = configOf(run, seed);
  const fingerprints = await fingerprintsOf(run.data.test);
  const versions = versionsOf(originsOf(run));
  const before = await finishedResults(path, { config, fingerprints, versions });
  if (before) return { results: before, before: true };

  await library();
  const opened = await openRunFolder(path, { config, text: stringify(config), split: splitOf(run.data), resume });
  const folder = { ...opened, events: withTensorBoard(opened.events, opened.paths.tensorboard, show.say) };
  try {
    folder.warnings.forEach(show.say);
    const engine = await startEngine();
    const wired = await wiredRun(run);
    const earlier = await folder.readEnvironment();
    const around = await others(folder.paths.folder);
    // a run that goes on keeps the precision that it began with
    const precision = earlier?.precision.chosen ?? (await precisionOf(run, wired, around, options));
    const here = await environmentOf(run, engine, versions, precision);
    // where nothing was trained yet, nothing goes on
    const begun = earlier !== null && (await folder.checkpoints.list()).some(({ records }) => records.length > 0);
    const changes = begun ? machineChanges(earlier, here) : [];
    if (changes.length > 0) show.say(`goes on after a change of machine, so it is not bit-exact: ${changes.join("; ")}`);
    const environment = { ...here, ...keptNotes(earlier?.notBitExact, changes) };
    await folder.writeEnvironment(environment);
    return { results: await trainAndMeasure({ run, wired, folder, environment, fingerprints, others: around }, options), before: false };
  } finally {
    try {
      show.close();
      folder.events.close();
    } finally {
      folder.close(); // whatever happens: the lock must not stay
    }
  }
};

/** What a run has when its training begins. */
interface Begun {
  readonly run: ResolvedRun;
  readonly wired: WiredRun;
  readonly folder: RunFolder;
  readonly environment: Environment;
  /** Of the test sets. */
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly others: readonly string[];
}

const trainAndMeasure = async (
  { run, wired, folder, environment, fingerprints, others }: Begun,
  { seed, show, signal, inspect }: SeedOptions,
): Promise<Results> => {
  const precision = environment.precision.chosen;
  const { prepared, dataSet, goals, models } = wired;
  const memory = stageMemory(folderStore(folder, { others, warn: show.say }));
  const store = shownStore(memory.store, show);
  const trained = await train(goals, {
    seed,
    store,
    precision,
    code: codeOf(),
    signal,
    ...(inspect && { inspect }),
  });
  try {
    const all = { ...fingerprints, train: dataSet };
    return await measureRun({
      run,
      folder,
      seed,
      environment,
      prepared,
      precision,
      trained,
      models,
      memoryOf: memory.bytesOf,
      fingerprints: all,
      show,
      signal,
    });
  } finally {
    trained.dispose();
  }
};

/** The resolved configuration of one seed. */
const configOf = ({ config }: ResolvedRun, seed: number): Json => {
  const one: Record<string, unknown> = { ...config, seed };
  delete one["seeds"];
  return one as Json;
};

const codeOf = (): Json => engineOrigins() as unknown as Json;

const precisionOf = async (
  { config: { precision: asked } }: ResolvedRun,
  { goals }: WiredRun,
  others: readonly string[],
  { seed, alike, show, signal }: SeedOptions,
): Promise<Precision> => {
  if (asked !== "auto") return asked;
  const { precision, why } = await autoPrecision(goals, {
    signal,
    timing: () => show.doing("timing", "a few steps in float32 and in bfloat16"),
    settled: () => settledPrecision({ goals, seed, code: codeOf(), alike, others }),
  });
  show.say(`precision: ${precision}, for ${why}`);
  return precision;
};

const environmentOf = async (
  { config, folder }: ResolvedRun,
  engine: EngineInfo,
  versions: Readonly<Record<string, string>>,
  chosen: Precision,
): Promise<Environment> =>
  describeEnvironment({
    packages: versions,
    threads: engine.threads,
    precision: { asked: config.precision, chosen },
    tensorflow: engine.tensorflow,
    lockFile: join(process.cwd(), "package-lock.json"),
    repository: folder,
  });

const fingerprintsOf = async (parts: Readonly<Record<string, Part>>): Promise<Readonly<Record<string, string>>> => {
  const all: Record<string, string> = {};
  for (const [domain, { set }] of Object.entries(parts)) all[domain] = await set.fingerprint();
  return all;
};
