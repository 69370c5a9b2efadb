import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { folderLacks, gpuNotYet, nothingThere, wrongWheel } from "./errors.js";
import { fetchLibrary, intoCache, planFetch, targetFolder, type FetchOptions } from "./fetch.js";
import { findLibrary, libraryIn, missingLibraries, type Library } from "./find.js";
import { installFolder, installWheel } from "./install.js";
import { thisMachine, type Machine } from "./machine.js";
import { fetchableRelease, libraryNames, tensorflowVersion } from "./release.js";

/** What a set-up would do. */
export interface SetupPlan {
  readonly action: "download" | "unpack" | "copy";
  /** Name of the wheel, or the folder that is copied from. */
  readonly file: string;
  /** Null where nothing is downloaded. */
  readonly url: string | null;
  /** Size of the download, or of what is read from the disk; 0 where the server does not say. */
  readonly bytes: number;
  /** Folder that will hold the libraries. */
  readonly folder: string;
}

/** How a set-up ended. `present`: a library was there already, nothing was done. */
export type SetupResult =
  | { readonly outcome: "present"; readonly library: Library }
  | { readonly outcome: "installed"; readonly library: Library; readonly plan: SetupPlan }
  | { readonly outcome: "planned" | "refused"; readonly plan: SetupPlan };

export interface SetupOptions extends FetchOptions {
  /** A wheel file, or a folder with the two libraries, to take instead of fetching. */
  readonly from?: string | undefined;
  /** Only say what would be done. */
  readonly dryRun?: boolean | undefined;
  /** Told the plan before anything is fetched or written; false refuses it. */
  readonly announce?: ((plan: SetupPlan) => boolean | Promise<boolean>) | undefined;
}

interface Job {
  readonly plan: SetupPlan;
  readonly run: () => Promise<Library>;
}

async function jobFrom(path: string, machine: Machine, options: SetupOptions): Promise<Job> {
  const release = fetchableRelease(machine);
  const found = await stat(path).catch(() => null);
  if (!found) throw nothingThere(path);
  const plan = { url: null, folder: targetFolder(machine) };
  const record = { version: tensorflowVersion, from: path, sha256: null };
  const { progress, signal } = options;
  const job = (rest: Omit<SetupPlan, "url" | "folder">, install: (folder: string) => Promise<void>): Job => ({
    plan: { ...plan, ...rest },
    run: () => intoCache(machine, install, options),
  });
  if (found.isDirectory()) {
    const missing = missingLibraries(path, machine.os);
    const names = Object.values(libraryNames(machine.os)) as string[];
    if (missing.length > 0) throw folderLacks("--from", path, names, missing);
    const bytes = (await Promise.all(names.map((name) => stat(join(path, name))))).reduce((sum, { size }) => sum + size, 0);
    return job({ action: "copy", file: path, bytes }, (folder) => installFolder(path, folder, record, { machine, progress, signal }));
  }
  const file = basename(path);
  if (!release.wheel.test(file)) throw wrongWheel(path, release.wheelName, file, release.project, release.version);
  return job({ action: "unpack", file, bytes: found.size }, (folder) => installWheel(path, folder, record, { machine, progress, signal }));
}

async function jobFetch(options: SetupOptions): Promise<Job> {
  const fetchPlan = await planFetch(options);
  const { wheel, folder } = fetchPlan;
  return {
    plan: { action: "download", file: wheel.file, url: wheel.url, bytes: wheel.bytes, folder },
    run: () => fetchLibrary(options, fetchPlan),
  };
}

/**
 * What `segdistill setup` does: nothing where a library is found already; else plans, announces, and fetches (or takes `from`) into the
 * cache. With `from` only the cache counts as "already". Throws as `findLibrary` and `fetchLibrary` do, and for a `from` that does not
 * exist, lacks a library, or is another wheel. A folder's version is not checked here: loading it does that. Source: interfaces.md §3.
 */
export async function setupLibrary(options: SetupOptions = {}): Promise<SetupResult> {
  const machine = options.machine ?? thisMachine();
  if (options.gpu) throw gpuNotYet(tensorflowVersion);
  const present =
    options.from === undefined
      ? findLibrary({ machine })
      : libraryIn({ source: "cache", folder: targetFolder(machine), version: tensorflowVersion }, machine.os);
  if (present) return { outcome: "present", library: present };
  const { plan, run } =
    options.from === undefined ? await jobFetch({ ...options, machine }) : await jobFrom(resolve(options.from), machine, options);
  if (options.dryRun) return { outcome: "planned", plan };
  if (options.announce && !(await options.announce(plan))) return { outcome: "refused", plan };
  return { outcome: "installed", library: await run(), plan };
}
