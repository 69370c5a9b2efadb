import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { readResults, readRunFolder, runPaths, type Results } from "@segdistill/core";
import type { ComparedRun } from "@segdistill/report";
import { runTwice, seedsOfSeveralRuns } from "./errors.js";
import { readChoice } from "../sweep/choice.js";

/**
 * A finished run by seed: a run folder, or the folder above those of several seeds, whether one run made them or several; of one that has not ended, those seeds that it has begun.
 * Throws results/missing where one of them has not ended, compare/seeds where they are not of one run, and what `readResults` throws.
 */
export const openRun = async (folder: string): Promise<Omit<ComparedRun, "label"> & { readonly name: string }> => {
  const { results } = runPaths(folder);
  const whole = existsSync(results) ? await readResults(results) : null;
  const numbers = whole ? whole.seeds : await seedsIn(folder);
  const folders = numbers?.map((seed) => join(folder, `seed-${seed}`)) ?? [folder];
  const seeds: Results[] = [];
  for (const one of folders) seeds.push(numbers || !whole ? await readResults(runPaths(one).results) : whole);
  const grids = await Promise.all(folders.map(gridOf));
  const [first, at] = [seeds[0]!, grids[0]];
  for (const [i, { name, seed }] of seeds.entries())
    if (folders.length > 1 && (name !== first.name || grids[i] !== at || basename(folders[i]!) !== `seed-${seed}`))
      throw seedsOfSeveralRuns(folder, basename(folders[i]!), [name, seed, grids[i]], [first.name, at]);
  const tries = readChoice(folder)?.tries.length;
  return { name: first.name, seeds, ...(at !== undefined && { at }), ...(tries !== undefined && { tries }) };
};

/** The seeds that have folders in one that has no results of its own, ascending; undefined where there are none. */
const seedsIn = async (folder: string): Promise<readonly number[] | undefined> => {
  const inside = await readdir(folder).catch(() => []);
  const seeds = inside.flatMap((name) => /^seed-(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  return seeds.length > 0 ? seeds.sort((a, b) => a - b) : undefined;
};

/** `evaluate.at` of a run's configuration; undefined where there is none. */
const gridOf = async (folder: string): Promise<string | undefined> => {
  if (!existsSync(join(folder, "config.json"))) return undefined;
  const { config } = await readRunFolder(folder);
  const at = (config as { readonly evaluate?: { readonly at?: unknown } } | null)?.evaluate?.at;
  return typeof at === "string" ? at : undefined;
};

/** Names of runs: their own; where two have one, their folder's name; where that does not tell them apart either, the path. */
const labelsOf = (names: readonly string[], paths: readonly string[]): readonly string[] => {
  const unique = (name: string, of: readonly string[]): boolean => of.filter((other) => other === name).length === 1;
  const first = names.map((name, i) => (unique(name, names) ? name : basename(resolve(paths[i]!))));
  return first.map((label, i) => (unique(label, first) ? label : paths[i]!));
};

/** Finished runs to be compared, each under a name of its own. Throws compare/twice for a folder given twice; what reading a run throws. */
export const comparedRuns = async (folders: readonly string[]): Promise<readonly ComparedRun[]> => {
  const paths = folders.map((folder) => relative(process.cwd(), folder) || ".");
  const again = paths.find((path, i) => paths.indexOf(path) !== i);
  if (again !== undefined) throw runTwice(again);
  const opened = await Promise.all(folders.map(openRun));
  const labels = labelsOf(
    opened.map(({ name }) => name),
    paths,
  );
  return opened.map((run, i) => ({ ...run, label: labels[i]! }));
};
