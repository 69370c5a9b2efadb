import { join } from "node:path";
import { startEngine, type EngineInfo, type Precision } from "@segdistill/backend";
import {
  describeEnvironment,
  folderStore,
  openRunFolder,
  runsBeside,
  train,
  type Environment,
  type RunFolder,
  type Trained,
} from "@segdistill/core";
import type { Json } from "@segdistill/core/contract";
import { stringify } from "yaml";
import { withTensorBoard } from "../tensorboard/board.js";
import type { Progress } from "../terminal/progress.js";
import { autoPrecision } from "./auto-precision.js";
import { engineOrigins, originsOf, versionsOf } from "./code.js";
import { keptNotes, machineChanges } from "./not-bit-exact.js";
import { splitOf, type ResolvedRun } from "./resolve-run.js";
import { settledPrecision } from "./settled-precision.js";
import { shownStore } from "./shown-store.js";
import { stageMemory } from "./stage-memory.js";
import { wiredRun, type WiredRun } from "./wired-run.js";

export interface TrainOptions {
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

/** A run whose stages are trained; its folder is open, and its networks live as long as what was done with them. */
export interface TrainedRun {
  readonly wired: WiredRun;
  readonly folder: RunFolder;
  readonly environment: Environment;
  readonly trained: Trained;
  /** Most memory while a stage was trained, in bytes; null where it was not noted. */
  readonly memoryOf: (stage: string) => number | null;
}

/** Opens the folder of one seed's run, trains there what is not trained yet, and does something with it. Throws what opening a run folder and training throw. */
export const trainRun = async <T>(run: ResolvedRun, options: TrainOptions, then: (found: TrainedRun) => Promise<T>): Promise<T> => {
  const { seed, path, resume, inspect, show, signal, library, others = runsBeside } = options;
  await library();
  const config = configOf(run, seed);
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
    const here = await environmentOf(run, engine, precision);
    // where nothing was trained yet, nothing goes on
    const begun = earlier !== null && (await folder.checkpoints.list()).some(({ records }) => records.length > 0);
    const changes = begun ? machineChanges(earlier, here) : [];
    if (changes.length > 0) show.say(`goes on after a change of machine, so it is not bit-exact: ${changes.join("; ")}`);
    const environment = { ...here, ...keptNotes(earlier?.notBitExact, changes) };
    await folder.writeEnvironment(environment);
    const memory = stageMemory(folderStore(folder, { others: around, warn: show.say }));
    const store = shownStore(memory.store, show);
    const trained = await train(wired.goals, { seed, store, precision, code: codeOf(), signal, ...(inspect && { inspect }) });
    try {
      return await then({ wired, folder, environment, trained, memoryOf: memory.bytesOf });
    } finally {
      trained.dispose();
    }
  } finally {
    try {
      show.close();
      folder.events.close();
    } finally {
      folder.close(); // whatever happens: the lock must not stay
    }
  }
};

/** The resolved configuration of one seed. */
export const configOf = ({ config }: ResolvedRun, seed: number): Json => {
  const one: Record<string, unknown> = { ...config, seed };
  delete one["seeds"];
  return one as Json;
};

const codeOf = (): Json => engineOrigins() as unknown as Json;

const precisionOf = async (
  { config: { precision: asked } }: ResolvedRun,
  { goals }: WiredRun,
  others: readonly string[],
  { seed, alike, show, signal }: TrainOptions,
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

const environmentOf = async (run: ResolvedRun, engine: EngineInfo, chosen: Precision): Promise<Environment> =>
  describeEnvironment({
    packages: versionsOf(originsOf(run)),
    gpus: engine.gpus,
    threads: engine.threads,
    precision: { asked: run.config.precision, chosen },
    tensorflow: engine.tensorflow,
    lockFile: join(process.cwd(), "package-lock.json"),
    repository: run.folder,
  });
