import { join } from "node:path";
import type { Results } from "@segdistill/core";
import { configure } from "../config/configure.js";
import { readConfiguration } from "../config/extends.js";
import type { Configuration } from "../config/schema.js";
import { overlay } from "../config/set.js";
import { badJobs, noSweep, resumedSweep } from "./errors.js";
import type { Common } from "../program.js";
import { runsIn } from "../run-list/find-runs.js";
import { stopping } from "../stopping.js";
import { entryNamed, sweepOf, type Entry } from "../sweep/entries.js";
import { sweepNeighbours, triesFolder } from "../sweep/neighbours.js";
import { onScreen } from "../terminal/progress.js";
import { write, writeJson } from "../terminal/write.js";
import { fetchedLibrary } from "./setup.js";

export interface RunOptions extends Common {
  readonly run?: string;
  readonly data: readonly string[];
  readonly set: readonly string[];
  readonly resume?: boolean;
  readonly seed?: number;
  readonly inspect?: "gradients";
  /** Of a sweep: how many runs at once. */
  readonly jobs?: number;
  /** Of a sweep: this one alone. */
  readonly entry?: string;
}

/** The entry of a sweep that is asked for by name; null where there is no sweep. Throws sweep/none, sweep/no-such-entry, sweep/jobs, sweep/resume. */
const entryOf = (entries: readonly Entry[] | null, { jobs, entry, resume }: RunOptions): Entry | "all" | null => {
  if (entries === null && (jobs ?? entry) !== undefined) throw noSweep(jobs === undefined ? "--entry" : "--jobs");
  if (jobs !== undefined && (!Number.isInteger(jobs) || jobs < 1 || entry !== undefined)) throw badJobs(String(jobs));
  if (entries !== null && entry === undefined && resume === true) throw resumedSweep();
  if (entries === null || entry === undefined) return entries && "all";
  return entryNamed(entries, entry);
};

const seedsOf = ({ seed = 0, seeds = [seed] }: Pick<Configuration, "seed" | "seeds">): readonly number[] => seeds;

/** `segdistill run`: every seed in a folder of its own where the configuration has several, also when one is asked for alone; every entry of a sweep below the one folder of all. */
export const run = async (file: string, options: RunOptions): Promise<number> => {
  const { seed: only, json = false, quiet = false, resume = false } = options;
  const show = onScreen(quiet || json);
  const unseeded = overlay(readConfiguration(file), options.set);
  const written = only === undefined ? unseeded : overlay(unseeded, ["seeds=null", `seed=${only}`]);
  const entries = sweepOf(written);
  const entry = entryOf(entries, options);
  if (entry === "all") return (await import("../sweep/sweep.js")).sweep(file, entries!, { ...options, jobs: options.jobs ?? 1 });
  const asked = configure(entry?.source ?? written);
  // Only now what is heavy to load: a mistake in the configuration is told at once.
  const [{ dataSetsOf, resolveRun }, { runSeed }, { writeAverage }, { summary }, { choose }] = await Promise.all([
    import("../run/resolve-run.js"),
    import("../run/run-seed.js"),
    import("../run/write-average.js"),
    import("../terminal/summary.js"),
    import("../sweep/choose.js"),
  ]);
  const seeds = seedsOf(asked);
  const own = seedsOf(configure(entry ? entryNamed(sweepOf(unseeded)!, entry.name).source : unseeded)); // the configuration's, whatever --seed asks for
  const whole = options.run ?? join("runs", asked.name);
  const base = entry ? join(whole, entry.name) : whole;
  const beside = entry ? entries!.flatMap((one) => dataSetsOf(configure(one.source))) : [];
  const stop = stopping(show.say);
  const library = () => fetchedLibrary(options, show, stop.signal);
  const of = {
    ...(options.inspect && { inspect: options.inspect }),
    ...(entry && { others: sweepNeighbours(whole) }),
    ...{ show, signal: stop.signal, library },
  };
  const all: Results[] = [];
  try {
    let source = entry?.source ?? written;
    if (entry && entry.tries.length > 0) {
      ({ source } = await choose(entry, { ...of, folder: base, data: options.data, beside, seed: own[0]!, alike: runsIn(whole) }));
    }
    const config = configure(source);
    const resolved = await resolveRun(source, config, options.data, { beside });
    for (const one of seeds) {
      const path = own.length > 1 ? join(base, `seed-${one}`) : base;
      const alike = [...runsIn(join(base, triesFolder), 1), ...runsIn(whole)].filter((other) => other !== path);
      const { results, before } = await runSeed(resolved, { ...of, seed: one, path, resume, alike });
      all.push(results);
      if (json) writeJson({ run: path, ...results });
      else write(summary(results, path, before));
    }
    if (all.length > 1) {
      const averaged = await writeAverage(base, all, config);
      if (!json)
        write(
          `\nAveraged over the seeds ${seeds.join(", ")}:\n${summary(averaged, base, false, join(base, `seed-${seeds[0]!}`, "students"))}`,
        );
    }
    return 0;
  } catch (e) {
    const code = stop.codeOf(e);
    if (code === undefined) throw e;
    write(`${(e as Error).message}\n`, process.stderr);
    return code;
  } finally {
    stop.close();
  }
};
