import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { startEngine } from "@segdistill/backend";
import { runPaths, writeAtomic } from "@segdistill/core";
import { random } from "@segdistill/core/random";
import { compareSweep, sweepCsv, sweepMarkdown, type SweepEntry } from "@segdistill/report";
import type { RunOptions } from "../commands/run.js";
import { fetchedLibrary } from "../commands/setup.js";
import { sweepFailed, sweepInRun, sweepStopped } from "./errors.js";
import { openRun } from "../run/compared-run.js";
import { isRun } from "../run-list/find-runs.js";
import { onScreen } from "../terminal/progress.js";
import { writeWhole } from "../terminal/write.js";
import { readChoice } from "./choice.js";
import { checkEntries } from "./check-entries.js";
import type { Entry } from "./entries.js";
import { launch, type Ending } from "./launch.js";
import { runEntries } from "./run-entries.js";

/** Threads of each of several runs at once: those of this process shared out, at least one. */
export const sharedThreads = (jobs: number, asked = process.env["SEGDISTILL_THREADS"], all = availableParallelism()): number =>
  Math.max(1, Math.floor(Number(asked ?? all) / jobs));

/** What a run of one entry is given of the sweep's own options. */
const argumentsOf = (
  file: string,
  entry: string,
  base: string,
  { data, set, seed, inspect, json, quiet, yes }: RunOptions,
): readonly string[] => [
  ...["run", file, "--entry", entry, "--run", base],
  ...data.flatMap((text) => ["--data", text]),
  ...set.flatMap((text) => ["--set", text]),
  ...(seed === undefined ? [] : ["--seed", String(seed)]),
  ...(inspect === undefined ? [] : ["--inspect", inspect]),
  ...(json === true ? ["--json"] : []),
  ...(quiet === true ? ["--quiet"] : []),
  ...(yes === true ? ["--yes"] : []),
];

/** How an entry that failed ended, in words. */
export const howEnded = ({ code, signal }: Ending): string => (code === null ? `ended by ${signal ?? "a signal"}` : `exit code ${code}`);

/**
 * All entries of a sweep, each in a folder of its own below the base and as a process of its own; at the end one table over those that finished, as sweep.md and sweep.csv beside
 * them. Entries that were finished before are found so by their own run. Throws sweep/failed with the first one's exit code, sweep/stopped, sweep/in-run, and all that
 * opening an entry throws.
 */
export const sweep = async (file: string, entries: readonly Entry[], options: RunOptions & { readonly jobs: number }): Promise<number> => {
  const { json = false, quiet = false } = options;
  const show = onScreen(quiet || json);
  const engine = async (): Promise<void> => {
    await fetchedLibrary(options, show);
    await startEngine();
  };
  const { name } = (await checkEntries(entries, options.data, engine))[0]!.config; // that of all
  const base = options.run ?? join("runs", name);
  if (isRun(base)) throw sweepInRun(base);
  const jobs = Math.max(1, Math.min(options.jobs, entries.length - 1));
  const threads = jobs > 1 ? sharedThreads(jobs) : undefined;
  if (jobs > 1)
    show.say(
      `${entries[0]!.name} runs first, alone, so that the others find its teacher and baseline; then ${jobs} at once, ${threads} thread${threads === 1 ? "" : "s"} each`,
    );
  const names = entries.map((entry) => entry.name);
  const { endings, stopped } = await runEntries(names, jobs, (entry, alone) => {
    show.say(`${entry}: ${names.indexOf(entry) + 1} of ${names.length}`);
    return launch(argumentsOf(file, entry, base, options), { prefix: alone ? null : entry, threads, json });
  });
  const finished = names.filter((entry) => endings.get(entry)?.code === 0);
  if (stopped !== undefined) throw sweepStopped(finished.length, names.length, stopped);
  const failed = names.flatMap((entry) => (finished.includes(entry) ? [] : [[entry, endings.get(entry)!] as const]));
  if (finished.length > 0) {
    const text = await written(name, base, entries, endings);
    if (!json) writeWhole(`\n${text}\ntable    ${join(relative(process.cwd(), base), "sweep.md")}, sweep.csv\n`);
  }
  if (failed.length > 0)
    throw sweepFailed(
      failed.map(([entry, ending]) => [entry, howEnded(ending)]),
      names.length,
      failed[0]![1].code ?? 1,
    );
  return 0;
};

/** What choice.json in an entry's folder says for the table. */
const chosenIn = (folder: string, tries: Entry["tries"]): Pick<SweepEntry, "sets" | "chosen"> => {
  const choice = readChoice(folder);
  const one = choice?.chosen ?? null;
  const scored = tries.map(({ sets }, i) => ({ sets, dice: choice?.tries[i]?.dice ?? null }));
  return { sets: one === null ? {} : tries[one - 1]!.sets, chosen: { tries: scored, one: one === null ? null : one - 1 } };
};

/** Writes both files of the table; returns the Markdown. */
const written = async (name: string, base: string, entries: readonly Entry[], endings: ReadonlyMap<string, Ending>): Promise<string> => {
  const of = entries.map(({ name: label, sets, tries }): SweepEntry => {
    const ending = endings.get(label)!;
    return {
      label,
      sets,
      ...(tries.length > 0 && chosenIn(join(base, label), tries)),
      ...(ending.code !== 0 && { failed: howEnded(ending) }),
    };
  });
  const runs = await Promise.all(
    of.filter(({ failed }) => failed === undefined).map(async ({ label }) => ({ ...(await openRun(join(base, label))), label })),
  );
  const tables = compareSweep(runs, { draw: random });
  const text = sweepMarkdown(name, of, tables);
  const { folder } = runPaths(base);
  await writeAtomic(join(folder, "sweep.md"), text);
  await writeAtomic(join(folder, "sweep.csv"), sweepCsv(tables));
  return text;
};
