import { resolve } from "node:path";
import { startEngine } from "@segdistill/backend";
import { plan, writeAtomic } from "@segdistill/core";
import { configure } from "../config/configure.js";
import { readConfiguration } from "../config/extends.js";
import { overlay } from "../config/set.js";
import { noSweep } from "./errors.js";
import { asText } from "../explain/as-text.js";
import { explanation } from "../explain/explanation.js";
import { page } from "../explain/page.js";
import { probe } from "../explain/probe.js";
import { stepMemory } from "../explain/step-memory.js";
import type { Common } from "../program.js";
import { knownPrecision } from "../run/auto-precision.js";
import { resolveRun } from "../run/resolve-run.js";
import { wiredRun } from "../run/wired-run.js";
import { stopping } from "../stopping.js";
import { checkEntries } from "../sweep/check-entries.js";
import { entryNamed, sweepOf } from "../sweep/entries.js";
import { onScreen } from "../terminal/progress.js";
import { write, writeJson } from "../terminal/write.js";
import { fetchedLibrary } from "./setup.js";

export interface ExplainOptions extends Common {
  readonly data: readonly string[];
  readonly set: readonly string[];
  readonly html?: string;
  /** Of a sweep: this one is explained in place of the first. */
  readonly entry?: string;
  /** `--no-probe` makes it false. */
  readonly probe: boolean;
}

/**
 * `segdistill explain`: what a configuration will do, wired and checked as `run` does it, with times from two real steps a stage. Nothing is trained or kept. Of a sweep all
 * entries are checked, and one is explained.
 */
export const explain = async (file: string, options: ExplainOptions): Promise<number> => {
  const show = onScreen(options.quiet === true || options.json === true);
  const source = overlay(readConfiguration(file), options.set);
  const entries = sweepOf(source);
  if (entries === null && options.entry !== undefined) throw noSweep("--entry");
  const entry = entries && (options.entry === undefined ? entries[0]! : entryNamed(entries, options.entry));
  const stop = stopping(show.say);
  const engine = async (): Promise<void> => {
    await fetchedLibrary(options, show, stop.signal);
    await startEngine();
  };
  try {
    const run = entry
      ? (await checkEntries(entries, options.data, engine))[entries.indexOf(entry)]!
      : await resolveRun(source, configure(source), options.data);
    await engine();
    const { name, seed: one = 0, seeds = [one] } = run.config;
    const seed = seeds[0]!;
    const { goals } = await wiredRun(run);
    const { precision, why } = await knownPrecision(run.config.precision, goals);
    if (run.config.precision === "auto") show.say(`precision: ${precision} as far as is known before steps are timed, for ${why}`);
    const planned = plan(goals, { seed, precision, code: null });
    const stages = planned.map((stage) => stage.name);
    if (options.probe) show.doing("probing", `two steps of ${stages.join(", ")}`);
    const how = { seed, precision, signal: stop.signal };
    const probed = options.probe ? await probe(goals, how) : new Map<string, never>();
    const memory = options.probe ? undefined : await stepMemory(goals, stages, how);
    show.close();
    const found = explanation({ name, seed, precision, cases: run.data.train.cases.length }, planned, probed, memory);
    if (options.html !== undefined) await writeAtomic(resolve(options.html), page(found, run.config));
    const names = entries?.map((one) => one.name) ?? [];
    const tries = entry?.tries.length ?? 0;
    if (options.json) writeJson({ ...found, ...(entry && { sweep: { entry: entry.name, entries: names, ...(tries > 0 && { tries }) } }) });
    else
      write(
        `${entry ? ofSweep(entry.name, names, tries) : ""}${asText(found)}${options.html === undefined ? "" : `page  ${options.html}\n`}`,
      );
    return 0;
  } finally {
    show.close();
    stop.close();
  }
};

const ofSweep = (entry: string, names: readonly string[], tries: number): string =>
  `A sweep of ${names.length} ${names.length === 1 ? "entry" : "entries"}, all checked: ${names.join(", ")}. This is ${entry}${tries > 0 ? `, which is chosen on validation among ${tries} tries, and this the first of them` : ""}; --entry NAME explains another.\n\n`;
