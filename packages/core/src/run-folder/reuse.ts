import { copyFile, link, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncFolder, temporaryPath } from "./atomic.js";
import { checkpointAt, namesIn, readRecord, stepsOf, weightsProblem, type Checkpoint, type Checkpoints, type Found } from "./checkpoint.js";
import { checkpointRecord } from "./checkpoint-record.js";
import { damagedElsewhereText, writeError } from "./errors.js";
import { nameOf } from "./file-name.js";
import { writeJsonFile } from "./json-file.js";

/** The other run folders beside one, sorted: those that have checkpoints. */
export async function runsBeside(run: string): Promise<readonly string[]> {
  const parent = dirname(run);
  const found: string[] = [];
  for (const name of (await namesIn(parent)).sort()) {
    const other = join(parent, name);
    if (other === run) continue;
    const names: readonly string[] = await namesIn(other).catch(() => []); // a file, or a folder of somebody else
    if (names.includes("checkpoints")) found.push(other);
  }
  return found;
}

/**
 * A finished checkpoint of a key in other run folders, whatever the stage is called there; the first whole one in the order given.
 * Nothing is changed in those folders. A damaged one is passed over and told.
 * Source: design.md 2 (a stage that is done is kept under a content hash).
 */
export async function finishedElsewhere(runs: readonly string[], key: string): Promise<Found> {
  const warnings: string[] = [];
  for (const run of runs) {
    const root = join(run, "checkpoints");
    for (const name of (await namesIn(root)).sort()) {
      const stage = nameOf(name);
      if (stage === null) continue;
      const folder = join(root, name);
      for (const step of (await stepsOf(folder)).reverse()) {
        // What vanishes meanwhile (the other run goes on, or is deleted) is nothing to reuse.
        const read = await readRecord(folder, stage, step).catch(() => null);
        if (read === null || "problem" in read || !read.record.done || read.record.key !== key) continue;
        const problem = await weightsProblem(folder, read.record);
        if (problem === null) return { checkpoint: checkpointAt(folder, read.record), warnings };
        warnings.push(damagedElsewhereText(problem));
      }
    }
  }
  return { checkpoint: null, warnings };
}

/**
 * Brings a finished checkpoint of another run in: its weights as a hard link, or as a copy where the disk allows none; its record under the name of the stage here.
 * A hard link is safe because weights are never written in place, only replaced.
 *
 * @param eventsOffset length of this run's events.jsonl in bytes
 * Throws file/….
 */
export async function adopt(from: Checkpoint, into: Checkpoints, stage: string, eventsOffset: number): Promise<Checkpoint> {
  const folder = into.folderOf(stage);
  const weights = join(folder, `${from.record.step}.safetensors`);
  const beside = temporaryPath(weights);
  try {
    await mkdir(folder, { recursive: true });
    await link(from.weights, beside).catch(() => copyFile(from.weights, beside));
    await rename(beside, weights);
    // Where both names are one file already, rename does nothing and leaves the temporary one.
    await rm(beside, { force: true });
    await syncFolder(folder);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw writeError(weights, error);
  }
  const record = { ...from.record, stage, eventsOffset };
  await writeJsonFile(checkpointRecord, record, join(folder, `${record.step}.json`), { who: "checkpoint", missing: "", damaged: "" });
  await into.prune(record);
  return checkpointAt(folder, record);
}
