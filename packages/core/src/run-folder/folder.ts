import { mkdir, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Json } from "../contract/index.js";
import { removeTemporary, writeAtomic } from "./atomic.js";
import { canonicalJson } from "./canonical.js";
import { checkpoints, type Checkpoints } from "./checkpoint.js";
import { sha256OfJson } from "./content.js";
import { differences } from "./differences.js";
import { environmentSchema, readEnvironment, type Environment } from "./environment.js";
import {
  codeOf,
  foreignFolder,
  notAFolder,
  notARunFolder,
  notAsSchema,
  notJson,
  notReadable,
  nothingToResumeText,
  otherConfiguration,
  writeError,
} from "./errors.js";
import { openEventLog, type EventLog } from "./event-log.js";
import { readForeignJson, type ParsedJson } from "./foreign-file.js";
import { fileName, nameOf } from "./file-name.js";
import { writeJsonFile } from "./json-file.js";
import { refuseLinks } from "./refuse-links.js";
import { lockFolder } from "./lock.js";
import type { Results } from "./results.js";
import { readResults, writeResults } from "./results-schema.js";
import { readStudent, writeStudent, type StoredStudent, type StudentDescription } from "./student.js";
import type { StoredTensor } from "./safetensors.js";

/** Where everything of a run lies. */
export interface RunPaths {
  readonly folder: string;
  readonly config: string;
  readonly split: string;
  readonly environment: string;
  readonly events: string;
  readonly checkpoints: string;
  readonly students: string;
  readonly predictions: string;
  readonly tensorboard: string;
  readonly results: string;
  readonly report: string;
  /** How its configuration was chosen among several, where it was. */
  readonly choice: string;
  readonly student: (name: string) => string;
  readonly prediction: (domain: string, caseId: string) => string;
  /** Vectors of a domain's pictures that a method observed, by "method/name". */
  readonly observation: (domain: string, name: string) => string;
}

/** What a run is, for its folder. */
export interface RunFolderOptions {
  /** The configuration, resolved: every default filled in. */
  readonly config: Json;
  /** The same as YAML, stored as config.yaml for people. */
  readonly text: string;
  /** Case ids by part: `{ train: […], validation: […], "test/stare": […] }`. */
  readonly split: Json;
  /** The user asked to go on with an earlier run: a warning says so where there is none. */
  readonly resume?: boolean;
}

/** A run's folder, held by this process until `close`. */
export interface RunFolder {
  readonly paths: RunPaths;
  /** Whether a run of this configuration was here before. */
  readonly state: "created" | "continued";
  readonly warnings: readonly string[];
  /** SHA-256 of the configuration. */
  readonly config: string;
  readonly events: EventLog;
  readonly checkpoints: Checkpoints;
  readonly writeEnvironment: (environment: Environment) => Promise<void>;
  /** The environment that this run began in; null for a new run, or where the file is gone or damaged. */
  readonly readEnvironment: () => Promise<Environment | null>;
  readonly writeResults: (results: Results) => Promise<void>;
  readonly writeStudent: (
    name: string,
    student: Omit<StudentDescription, "schema" | "weights">,
    tensors: ReadonlyMap<string, StoredTensor>,
  ) => Promise<void>;
  readonly readStudent: (name: string) => Promise<StoredStudent>;
  /** Flushes the events and gives the folder back. */
  readonly close: () => void;
}

/** The paths of a run folder, whether it exists or not. A case id's "/" become folders. */
export function runPaths(folder: string): RunPaths {
  const at = (...parts: string[]): string => join(folder, ...parts);
  return {
    folder,
    config: at("config.yaml"),
    split: at("split.json"),
    environment: at("environment.json"),
    events: at("events.jsonl"),
    checkpoints: at("checkpoints"),
    students: at("students"),
    predictions: at("predictions"),
    tensorboard: at("tensorboard"),
    results: at("results.json"),
    report: at("report.html"),
    choice: at("choice.json"),
    student: (name) => at("students", fileName(name)),
    observation: (domain, name) => at("observations", fileName(domain), ...name.split("/").map(fileName)) + ".safetensors",
    prediction: (domain, caseId) => at("predictions", fileName(domain), ...caseId.split("/").map(fileName)) + ".png",
  };
}

/** config.json is written last when a folder is made: where it is, the folder is whole. */
const marker = "config.json";
/** What a process that was killed while making a folder may have left, and what is written before the run begins. */
const ownNames = new Set(["run.lock", "config.yaml", "split.json", "choice.json"]);

const readJson = (file: string): Json | undefined => {
  let parsed: ParsedJson;
  try {
    parsed = readForeignJson(file);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  if ("value" in parsed) return parsed.value as Json;
  const remedy = "Restore the file, or give this run a folder of its own with --run.";
  throw parsed.problem === null ? notJson("run", file, remedy) : notAsSchema("run", file, [parsed.problem], remedy);
};

const refuseOther = (path: string, what: string, there: Json, here: Json): void => {
  if (canonicalJson(there) === canonicalJson(here)) return;
  const all = differences(there, here);
  throw otherConfiguration(path, what, all.slice(0, 4), Math.max(0, all.length - 4));
};

/**
 * Opens the folder of a run: makes it, or goes on in it where it holds a run of the same configuration and the same split.
 * Beside the files of interfaces.md 5 it holds config.json (the resolved configuration, for comparison) and, while it is open, run.lock [ours].
 *
 * Throws run/not-a-folder, /foreign-folder (files but no run), /other-configuration (with the first four differences), /in-use; hash/not-plain-data; file/….
 * Source: interfaces.md 5.
 *
 * @example
 * const run = await openRunFolder("runs/a", { config, text, split });
 * try { … } finally { run.close(); }
 */
export async function openRunFolder(path: string, options: RunFolderOptions): Promise<RunFolder> {
  const { config, text, split, resume = false } = options;
  const hash = sha256OfJson(config);
  canonicalJson(split, "split");
  const folder = resolve(path);
  const paths = runPaths(folder);
  const there = await stat(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return null;
    throw codeOf(error) === "ENOTDIR" ? writeError(path, error) : notReadable(path, error);
  });
  if (there !== null && !there.isDirectory()) throw notAFolder(path);
  const names = there === null ? [] : await readdir(folder);
  const continued = names.includes(marker);
  if (!continued) {
    const foreign = names.filter((name) => !ownNames.has(name) && !name.startsWith(".")).sort();
    if (foreign.length > 0) throw foreignFolder(path, foreign.slice(0, 3), Math.max(0, foreign.length - 3));
  }
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw writeError(path, error);
  });
  const lock = lockFolder(folder);
  try {
    // Only now, because another process may have made the folder meanwhile.
    await refuseLinks(folder);
    const before = readJson(join(folder, marker));
    if (before !== undefined) {
      refuseOther(path, "configuration", before, config);
      const otherSplit = readJson(paths.split);
      if (otherSplit !== undefined) refuseOther(path, "split", otherSplit, split);
    }
    await removeTemporary(folder);
    if (before === undefined) {
      await writeAtomic(paths.config, text);
      await writeAtomic(paths.split, `${JSON.stringify(split, null, 2)}\n`);
      await writeAtomic(join(folder, marker), `${JSON.stringify(config, null, 2)}\n`);
    }
    const events = openEventLog(paths.events);
    return {
      paths,
      state: before === undefined ? "created" : "continued",
      warnings: resume && before === undefined ? [nothingToResumeText(path)] : [],
      config: hash,
      events,
      checkpoints: checkpoints(paths.checkpoints),
      writeEnvironment: (environment) =>
        writeJsonFile(environmentSchema, environment, paths.environment, {
          who: "environment",
          missing: "",
          damaged: "This is a mistake in the program.",
        }),
      readEnvironment: () => readEnvironment(paths.environment),
      writeResults: (results) => writeResults(paths.results, results),
      writeStudent: (name, student, tensors) => writeStudent(paths.student(name), student, tensors),
      readStudent: (name) => readStudent(paths.student(name)),
      close: () => {
        try {
          events.close();
        } finally {
          lock.release();
        }
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What a run folder holds, for programs that only look: no lock, nothing written. */
export interface RunView {
  readonly paths: RunPaths;
  readonly config: Json;
  readonly split: Json;
  /** Null where the run has not ended. */
  readonly results: Results | null;
  /** Names of its students. */
  readonly students: readonly string[];
}

const configIn = (folder: string, path: string): Json | undefined => {
  try {
    return readJson(join(folder, marker));
  } catch (error) {
    throw codeOf(error) === "file/not-readable" ? notARunFolder(path) : error;
  }
};

/** Reads a run folder. Throws run/not-a-run-folder, run/not-json, results/…, file/not-readable. */
export async function readRunFolder(path: string): Promise<RunView> {
  const paths = runPaths(resolve(path));
  const config = configIn(paths.folder, path);
  if (config === undefined) throw notARunFolder(path);
  const names = async (folder: string): Promise<string[]> => (await readdir(folder).catch(() => [] as string[])).sort();
  const ended = (await names(paths.folder)).includes("results.json");
  return {
    paths,
    config,
    split: readJson(paths.split) ?? null,
    results: ended ? await readResults(paths.results) : null,
    students: (await names(paths.students)).map(nameOf).filter((name) => name !== null),
  };
}
