import { startEngine } from "@segdistill/backend";
import { plan } from "@segdistill/core";
import { configure } from "../config/configure.js";
import { readConfiguration } from "../config/extends.js";
import { overlay } from "../config/set.js";
import { noStage, wrongRows } from "./errors.js";
import { asText } from "../profile/as-text.js";
import { opByOp } from "../profile/op-by-op.js";
import { compiledSteps, markStep, withPrimitives } from "../profile/primitives.js";
import type { Common } from "../program.js";
import { knownPrecision } from "../run/auto-precision.js";
import { fewSteps } from "../run/few-steps.js";
import { resolveRun } from "../run/resolve-run.js";
import { wiredRun } from "../run/wired-run.js";
import { stopping } from "../stopping.js";
import { onScreen } from "../terminal/progress.js";
import { columnsOf, write, writeJson } from "../terminal/write.js";
import { fetchedLibrary } from "./setup.js";

export interface ProfileOptions extends Common {
  readonly data: readonly string[];
  readonly set: readonly string[];
  /** This stage alone. */
  readonly stage?: string;
  /** Rows of a table. */
  readonly rows: number;
  /** Hidden: only runs the compiled steps, and marks them on standard output. */
  readonly primitives?: boolean;
}

const steps = 3;

/**
 * `segdistill profile`: where the time of a run's steps goes, by primitive in the compiled step (oneDNN's own times, by a process of its own) and by operator and layer where the
 * same step runs op by op. Nothing is trained or kept. Throws profile/no-stage, profile/rows, profile/failed, trial/stopped and what `explain` throws.
 */
export const profile = async (file: string, options: ProfileOptions): Promise<number> => {
  if (!(Number.isInteger(options.rows) && options.rows > 1)) throw wrongRows(options.rows);
  const show = onScreen(options.quiet === true || options.json === true || options.primitives === true);
  const source = overlay(readConfiguration(file), options.set);
  const run = await resolveRun(source, configure(source), options.data);
  const stop = stopping(show.say);
  try {
    await fetchedLibrary(options, show, stop.signal);
    const { signal } = stop;
    await startEngine();
    const { name, seed: one = 0, seeds = [one] } = run.config;
    const seed = seeds[0]!;
    const { goals } = await wiredRun(run);
    const { precision } = await knownPrecision(run.config.precision, goals);
    const names = plan(goals, { seed, precision, code: null }).map((stage) => stage.name);
    if (options.stage !== undefined && !names.includes(options.stage)) throw noStage(options.stage, names);
    if (options.primitives) {
      await fewSteps(goals, steps, { seed, precision, signal }, { step: (stage, { ms }) => markStep(stage, ms) });
      return 0;
    }
    show.doing("profiling", "compiled steps");
    const sets = [...options.set, `precision=${precision}`].flatMap((one) => ["--set", one]);
    const args = [file, ...options.data.flatMap((one) => ["--data", one]), ...sets];
    const compiled = compiledSteps(await withPrimitives(["profile", ...args, "--primitives"], signal));
    show.doing("profiling", "op by op");
    const slow = await opByOp(goals, steps, { seed, signal });
    show.close();
    const chosen = names.filter((stage) => slow.has(stage) && (options.stage ?? stage) === stage);
    const found = {
      name,
      seed,
      precision,
      stages: chosen.map((stage) => ({ name: stage, compiled: compiled.get(stage)!, opByOp: slow.get(stage)! })),
    };
    if (options.json) writeJson(found);
    else write(asText(found, options.rows, columnsOf()));
    return 0;
  } finally {
    show.close();
    stop.close();
  }
};
