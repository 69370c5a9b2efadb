import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkpoints, folderOwner, lockFolder, runPaths, type Lock } from "@segdistill/core";
import { kindOf } from "./find-runs.js";

/** Files of a run that nothing needs any more. */
export interface Garbage {
  readonly why: string;
  readonly files: readonly string[];
  readonly bytes: number;
}

/**
 * Checkpoints of a run that can go: unfinished ones of a stage that is done under the same content, those set aside as damaged, weights without a record. With
 * `finished` also those of done stages, where the run has its results: students hold the weights, but no other run can take the stage over any more.
 * Never students, results, events; of a run that is going on, nothing. Links are left alone.
 */
export const garbageOf = async (run: string, finished = false): Promise<readonly Garbage[]> =>
  folderOwner(run) ? [] : await garbageIn(run, finished);

const garbageIn = async (run: string, finished: boolean): Promise<readonly Garbage[]> => {
  const paths = runPaths(run);
  const kept = checkpoints(paths.checkpoints);
  const done = finished && kindOf(paths.results) === "file" && kindOf(paths.students) === "folder";
  const all: Garbage[] = [];
  for (const { stage, records } of await kept.list()) {
    const folder = kept.folderOf(stage);
    if (kindOf(folder) !== "folder") continue;
    const names = readdirSync(folder).filter((name) => kindOf(join(folder, name)) === "file");
    const add = (why: string, files: readonly string[]): void => {
      const there = files.filter((name) => names.includes(name)).map((name) => join(folder, name));
      if (there.length > 0)
        all.push({ why: `${stage}: ${why}`, files: there, bytes: there.reduce((sum, file) => sum + lstatSync(file).size, 0) });
    };
    // the record first: weights without a record are nothing, a record without weights is damage
    const both = (step: number): string[] => [`${step}.json`, `${step}.safetensors`];
    const keys = new Set(records.filter((record) => record.done).map(({ key }) => key));
    for (const record of records) {
      if (!record.done && keys.has(record.key)) add(`step ${record.step} of ${record.steps}, and the stage is done`, both(record.step));
      if (record.done && done) add("the finished stage; its student stays", both(record.step));
    }
    add(
      "set aside as damaged",
      names.filter((name) => name.endsWith(".damaged")),
    );
    add(
      "weights without a record",
      names.filter((name) => /^\d+\.safetensors$/.test(name) && !names.includes(name.replace("safetensors", "json"))),
    );
  }
  return all;
};

/**
 * Removes what {@link garbageOf} found, as far as it still is garbage: the run is looked at once more, because somebody may have gone on with it since, and held
 * meanwhile, so that nobody can. Returns what was removed; nothing of a run that is going on. What is gone already is no error.
 */
export const collect = async (run: string, garbage: readonly Garbage[], finished = false): Promise<readonly Garbage[]> => {
  const lock = lockUnlessHeld(run);
  if (lock === null) return [];
  try {
    const found = new Set(garbage.flatMap(({ files }) => files));
    const still = (await garbageIn(run, finished)).filter(({ files }) => files.every((file) => found.has(file)));
    for (const { files } of still) for (const file of files) rmSync(file, { force: true });
    return still;
  } finally {
    lock.release();
  }
};

const lockUnlessHeld = (run: string): Lock | null => {
  try {
    return lockFolder(run);
  } catch (failure) {
    if ((failure as { readonly code?: string }).code === "run/in-use") return null;
    throw failure;
  }
};
