import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { folderLacks } from "./errors.js";
import { cacheFolder, thisMachine, type Machine } from "./machine.js";
import { pythonTensorflows } from "./python.js";
import { readRecord } from "./record.js";
import { libraryNames, releaseFor, tensorflowVersion } from "./release.js";

/** TensorFlow's two shared libraries on this disk. */
export interface Library {
  readonly folder: string;
  /** Path of libtensorflow_cc, which holds the C API's eager part. */
  readonly cc: string;
  /** Path of libtensorflow_framework, which `cc` needs. */
  readonly framework: string;
  /** Null where only loading tells: a folder that the user named. */
  readonly version: string | null;
  readonly source: "given" | "environment" | "cache" | "python";
}

export interface FindOptions {
  /** A folder with both libraries; nothing else is looked at then. */
  readonly folder?: string;
  /** For tests: the machine to look on. */
  readonly machine?: Machine;
}

interface Place {
  readonly source: Library["source"];
  readonly folder: string;
  readonly version: string | null;
  /** Named by the user: if it is wrong that is an error, not a reason to look elsewhere. */
  readonly namedBy?: string;
}

function* places(options: FindOptions, machine: Machine): Generator<Place> {
  if (options.folder !== undefined)
    return void (yield { source: "given", folder: resolve(options.folder), version: null, namedBy: "library" });
  const named = machine.env["SEGDISTILL_TENSORFLOW"];
  if (named) return void (yield { source: "environment", folder: resolve(named), version: null, namedBy: "SEGDISTILL_TENSORFLOW" });
  const release = releaseFor(machine);
  if (release) yield { source: "cache", folder: join(cacheFolder(machine), "tensorflow", release.folder), version: release.version };
  for (const { folder, version } of pythonTensorflows(machine)) yield { source: "python", folder, version };
}

function sizeOf(path: string): number | null {
  try {
    return statSync(path).size;
  } catch {
    return null; // not there, or not ours to read: not to be used in either case
  }
}

/** Which of the two libraries a folder lacks. */
export function missingLibraries(folder: string, os: string): readonly string[] {
  const { cc, framework } = libraryNames(os);
  return [cc, framework].filter((name) => sizeOf(join(folder, name)) === null);
}

/** What the cache holds counts only when it is whole: the record is there and the sizes are the record's. */
function isWhole(folder: string): boolean {
  const record = readRecord(folder);
  return record !== null && Object.entries(record.bytes).every(([name, bytes]) => sizeOf(join(folder, name)) === bytes);
}

const describe = (place: Place): string =>
  `"${place.folder}"${place.source !== "python" || place.version === tensorflowVersion ? "" : ` (TensorFlow ${place.version ?? "of unknown version"})`}`;

/** The library as a machine's cache holds it, or null; a cut or half-written one does not count. */
export function libraryIn(place: Place, os: string): Library | null {
  const names = libraryNames(os);
  if (missingLibraries(place.folder, os).length > 0) return null;
  if (place.source === "cache" && !isWhole(place.folder)) return null;
  if (place.source === "python" && place.version !== tensorflowVersion) return null;
  const { folder, version, source } = place;
  return { folder, cc: join(folder, names.cc), framework: join(folder, names.framework), version, source };
}

/**
 * Looks for TensorFlow's libraries: the given folder; `SEGDISTILL_TENSORFLOW`; our cache; an installed Python TensorFlow of the tried
 * version (2.21.0). Null if there is none; `searchedPlaces` then names the places. Nothing is loaded; about a millisecond, or one call of
 * `python3` where the earlier places hold nothing. Throws if a folder was named (option or variable) and lacks a library. Source: design.md §5.
 */
export function findLibrary(options: FindOptions = {}): Library | null {
  const machine = options.machine ?? thisMachine();
  for (const place of places(options, machine)) {
    const library = libraryIn(place, machine.os);
    if (library) return library;
    if (place.namedBy !== undefined)
      throw folderLacks(
        place.namedBy,
        place.folder,
        Object.values(libraryNames(machine.os)) as string[],
        missingLibraries(place.folder, machine.os),
      );
  }
  return null;
}

/** The places that `findLibrary` looks at, for a message: quoted folders, an unfit Python TensorFlow with its version. */
export function searchedPlaces(options: FindOptions = {}): readonly string[] {
  return [...places(options, options.machine ?? thisMachine())].map(describe);
}
