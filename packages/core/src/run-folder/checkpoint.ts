import { lstat, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "./atomic.js";
import { checkpointRecord, type CheckpointRecord } from "./checkpoint-record.js";
import { sha256OfFile } from "./content.js";
import { badCheckpointText, checkpointVanished, codeOf, notReadable, otherKeyText, setAsideText, writeError } from "./errors.js";
import { readForeignJson, type ParsedJson } from "./foreign-file.js";
import { fileName, nameOf } from "./file-name.js";
import { problemsOf, writeJsonFile } from "./json-file.js";
import { readSafetensors, writeSafetensors, type StoredTensor } from "./safetensors.js";

/** A checkpoint in a folder. */
export interface Checkpoint {
  readonly record: CheckpointRecord;
  /** Path of the safetensors file. */
  readonly weights: string;
  readonly read: () => Promise<ReadonlyMap<string, StoredTensor>>;
}

/** What was looked for, and what a user should know of the search. */
export interface Found {
  readonly checkpoint: Checkpoint | null;
  readonly warnings: readonly string[];
}

/** What is said of a stage when it is saved; the rest of the record follows from the weights. */
export type CheckpointPosition = Omit<CheckpointRecord, "schema" | "sha256" | "tensors">;

/** The checkpoints of a run folder: `<folder>/<stage>/<step>.safetensors` and `.json`. */
export interface Checkpoints {
  /** Writes weights, then the record, each atomically; then removes what is no longer kept. Throws file/…. */
  readonly save: (position: CheckpointPosition, tensors: ReadonlyMap<string, StoredTensor>) => Promise<Checkpoint>;
  /** The newest whole checkpoint of a stage under a key. A damaged one is set aside (`.damaged`), one of another key left alone; both are told. */
  readonly latest: (stage: string, key: string) => Promise<Found>;
  /** Every stage with the records that can be read, by step; weights are not checked. */
  readonly list: () => Promise<readonly { readonly stage: string; readonly records: readonly CheckpointRecord[] }[]>;
  /** Where a stage's files lie. */
  readonly folderOf: (stage: string) => string;
  /** Removes what a save would remove, after a checkpoint was put there by other means. */
  readonly prune: (newest: CheckpointRecord) => Promise<void>;
}

/** A record that was read, or what is wrong with it. */
export type ReadRecord = { readonly record: CheckpointRecord } | { readonly problem: string };

/** The names in a folder; none where it does not exist. */
export const namesIn = async (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw notReadable(folder, error);
  });

const stepsIn = async (folder: string, ending: string): Promise<number[]> =>
  (await namesIn(folder))
    .flatMap((name) => (/^(0|[1-9]\d*)\.[a-z]+$/.test(name) && name.endsWith(ending) ? Number(name.slice(0, -ending.length)) : []))
    .sort((a, b) => a - b);

/** The steps of a stage's records, ascending. */
export const stepsOf = (folder: string): Promise<number[]> => stepsIn(folder, ".json");

/** Reads and checks a record. Throws file/not-readable, file/link, file/too-large where the file is there and may not be read. */
export function readRecord(folder: string, stage: string, step: number): Promise<ReadRecord> {
  return Promise.resolve().then(() => recordIn(join(folder, `${step}.json`), stage, step));
}

function recordIn(file: string, stage: string, step: number): ReadRecord {
  let parsed: ParsedJson;
  try {
    parsed = readForeignJson(file);
  } catch (error) {
    throw codeOf(error) === "ENOENT" ? checkpointVanished(file) : error;
  }
  if ("problem" in parsed) return { problem: badCheckpointText(file, parsed.problem ?? "it is not JSON") };
  const { value } = parsed;
  const checked = checkpointRecord.safeParse(value);
  if (!checked.success) return { problem: badCheckpointText(file, problemsOf(checked.error, value)[0]!) };
  const record = checked.data;
  if (record.stage !== stage || record.step !== step) {
    return { problem: badCheckpointText(file, `it speaks of step ${record.step} of stage "${record.stage}"`) };
  }
  return { record };
}

/** What is wrong with a record's weights: missing, or of another SHA-256. Null where they are whole. */
export async function weightsProblem(folder: string, { step, sha256 }: CheckpointRecord): Promise<string | null> {
  const file = join(folder, `${step}.safetensors`);
  try {
    // A pipe would never end, and a link leads out of the folder.
    if (!(await lstat(file)).isFile()) return badCheckpointText(file, "it is no regular file");
    const found = await sha256OfFile(file);
    return found === sha256 ? null : badCheckpointText(file, `its SHA-256 is ${found}, ${step}.json says ${sha256}`);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return badCheckpointText(file, "it is missing");
    throw notReadable(file, error);
  }
}

/** A record as a checkpoint whose weights can be read. */
export const checkpointAt = (folder: string, record: CheckpointRecord): Checkpoint => {
  const weights = join(folder, `${record.step}.safetensors`);
  return { record, weights, read: async () => (await readSafetensors(weights, { links: false })).tensors };
};

const setAside = async (folder: string, step: number): Promise<void> => {
  // The record first: weights without a record are nothing, a record without weights is damage.
  for (const ending of ["json", "safetensors"]) {
    const file = join(folder, `${step}.${ending}`);
    await rename(file, `${file}.damaged`).catch((error: unknown) => {
      if (codeOf(error) !== "ENOENT") throw writeError(file, error);
    });
  }
  await syncFolder(folder);
};

/**
 * The checkpoints below a folder, which need not exist yet. One process at a time may use them.
 *
 * @param root the folder `checkpoints` of a run
 * @param keep how many unfinished checkpoints of a stage stay, beside the finished one; 2
 * Source: interfaces.md 5; the record and what is kept are our choice.
 *
 * @example
 * const all = checkpoints("runs/a/checkpoints");
 * const { checkpoint, warnings } = await all.latest("teacher", key);
 */
export function checkpoints(root: string, keep = 2): Checkpoints {
  const folderOf = (stage: string): string => join(root, fileName(stage));

  const prune = async (newest: CheckpointRecord): Promise<void> => {
    const folder = folderOf(newest.stage);
    const unfinished: number[] = [];
    const remove: number[] = [];
    for (const step of (await stepsOf(folder)).filter((step) => step !== newest.step)) {
      const read = await readRecord(folder, newest.stage, step);
      if ("problem" in read) continue; // latest() tells of it
      if (read.record.key !== newest.key) {
        if (newest.done) remove.push(step); // the stage now stands here with another content
      } else if (!read.record.done) unfinished.push(step);
    }
    const others = newest.done ? keep : keep - 1;
    remove.push(...unfinished.slice(0, Math.max(0, unfinished.length - others)));
    for (const step of remove) await rm(join(folder, `${step}.json`), { force: true });
    const recorded = new Set(await stepsOf(folder));
    for (const step of await stepsIn(folder, ".safetensors")) {
      if (!recorded.has(step)) await rm(join(folder, `${step}.safetensors`), { force: true });
    }
  };

  return {
    folderOf,
    prune,
    save: async (position, tensors) => {
      const folder = folderOf(position.stage);
      const about = { stage: position.stage, key: position.key, step: String(position.step) };
      const { sha256 } = await writeSafetensors(join(folder, `${position.step}.safetensors`), tensors, about);
      const record: CheckpointRecord = { schema: 1, ...position, sha256, tensors: tensors.size };
      await writeJsonFile(checkpointRecord, record, join(folder, `${position.step}.json`), {
        who: "checkpoint",
        missing: "",
        damaged: "This is a mistake in the program that saves it.",
      });
      await prune(record);
      return checkpointAt(folder, record);
    },
    latest: async (stage, key) => {
      const folder = folderOf(stage);
      const problems: string[] = [];
      const others: number[] = [];
      let checkpoint: Checkpoint | null = null;
      for (const step of (await stepsOf(folder)).reverse()) {
        const read = await readRecord(folder, stage, step);
        if ("record" in read && read.record.key !== key) {
          others.unshift(step);
          continue;
        }
        const problem = "problem" in read ? read.problem : await weightsProblem(folder, read.record);
        if (problem === null && "record" in read) {
          checkpoint = checkpointAt(folder, read.record);
          break;
        }
        await setAside(folder, step);
        problems.push(problem!);
      }
      const goesOn = checkpoint === null ? `stage "${stage}" starts anew` : `stage "${stage}" goes on from step ${checkpoint.record.step}`;
      const warnings = problems.map((problem) => setAsideText(problem, goesOn));
      if (others.length > 0) warnings.push(otherKeyText(stage, others));
      return { checkpoint, warnings };
    },
    list: async () => {
      const stages = (await namesIn(root)).map(nameOf).filter((name) => name !== null);
      return Promise.all(
        stages.sort().map(async (stage) => {
          const folder = folderOf(stage);
          const read = await Promise.all((await stepsOf(folder)).map((step) => readRecord(folder, stage, step)));
          return { stage, records: read.flatMap((one) => ("record" in one ? [one.record] : [])) };
        }),
      );
    },
  };
}
