import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { download, withSize } from "./download.js";
import { cacheNotWritable, gpuNotYet, isOurs } from "./errors.js";
import { libraryIn, type Library } from "./find.js";
import { installWheel } from "./install.js";
import { withLock } from "./lock.js";
import { cacheFolder, thisMachine, type Machine } from "./machine.js";
import { findWheel, type Wheel } from "./package-index.js";
import { pipIndex } from "./pip-index.js";
import type { OnProgress } from "./progress.js";
import { fetchableRelease, tensorflowVersion } from "./release.js";
import { reason } from "./request.js";

/** Of a wheel's size, what its two libraries take unpacked; measured 3.12 for 2.21.0 on Linux x86-64. */
const unpackedRatio = 3.2;

export interface FetchOptions {
  /** Package index; else the one pip is configured for, else PyPI's. */
  readonly index?: string | undefined;
  /** Not done yet: an error that says so. */
  readonly gpu?: boolean | undefined;
  /** Keep the wheel in the cache afterwards; its path is `<cache>/tensorflow/downloads/<name>`. */
  readonly keepWheel?: boolean | undefined;
  readonly progress?: OnProgress | undefined;
  /** Told once if another process is fetching and this one waits for it. */
  readonly waiting?: ((holder: string) => void) | undefined;
  /** Stops at once; what was downloaded is kept for the next call. */
  readonly signal?: AbortSignal | undefined;
  readonly patienceMs?: number | undefined;
  /** For tests: the machine to fetch for. */
  readonly machine?: Machine | undefined;
}

/** What will be fetched, and where to. */
export interface FetchPlan {
  readonly wheel: Wheel & { readonly bytes: number };
  /** Folder that will hold the libraries. */
  readonly folder: string;
}

/** Folder of this machine's build in the cache. Throws where there is no build for it. */
export const targetFolder = (machine: Machine): string => join(cacheFolder(machine), "tensorflow", fetchableRelease(machine).folder);

/** Asks the index what there is to fetch. Throws without a network, without such a file, on a platform that has none, and for gpu. */
export async function planFetch(options: FetchOptions = {}): Promise<FetchPlan> {
  const machine = options.machine ?? thisMachine();
  if (options.gpu) throw gpuNotYet(tensorflowVersion);
  const release = fetchableRelease(machine);
  const wheel = await findWheel(options.index?.replace(/\/+$/, "") ?? pipIndex(machine), release, {
    env: machine.env,
    signal: options.signal,
  });
  return { wheel: await withSize(wheel, options.signal), folder: targetFolder(machine) };
}

const unwritable = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "ENOSPC", "EDQUOT"];

/** Runs `work` alone among processes, with the folders for it made; the library that another process made meanwhile is taken instead. */
export async function intoCache(
  machine: Machine,
  work: (folder: string) => Promise<void>,
  options: Pick<FetchOptions, "waiting" | "signal">,
): Promise<Library> {
  const folder = targetFolder(machine);
  const parent = join(cacheFolder(machine), "tensorflow");
  const present = (): Library | null => libraryIn({ source: "cache", folder, version: tensorflowVersion }, machine.os);
  try {
    await mkdir(parent, { recursive: true });
    return await withLock(
      join(parent, "lock"),
      async () => {
        if (!present()) await work(folder);
        const library = present();
        if (!library) throw new Error(`internal: the library in ${folder} is not whole after it was installed`);
        return library;
      },
      options,
    );
  } catch (failure) {
    const code = failure instanceof Error && "code" in failure ? String(failure.code) : "";
    if (unwritable.includes(code)) throw cacheNotWritable(parent, reason(failure));
    throw failure;
  }
}

/**
 * Fetches TensorFlow's libraries into the cache: wheel from the package index, checked by its SHA-256, the two files unpacked, the wheel
 * deleted. Atomic, resumable, safe to call from several processes. About 274 MB on Linux x86-64. Throws as `planFetch` does, and on a
 * wrong hash, a damaged wheel, a full disk, a connection that breaks; aborting rejects with the signal's reason. Source: design.md §5.
 */
export async function fetchLibrary(options: FetchOptions = {}, plan?: FetchPlan): Promise<Library> {
  const machine = options.machine ?? thisMachine();
  const { wheel } = plan ?? (await planFetch(options));
  const { progress, signal, patienceMs } = options;
  const work = async (folder: string): Promise<void> => {
    const downloads = join(cacheFolder(machine), "tensorflow", "downloads");
    await mkdir(downloads, { recursive: true });
    const path = await download(wheel, downloads, { machine, spare: Math.ceil(unpackedRatio * wheel.bytes), progress, signal, patienceMs });
    try {
      await installWheel(
        path,
        folder,
        { version: tensorflowVersion, from: wheel.url, sha256: wheel.sha256 },
        { machine, progress, signal },
      );
    } catch (failure) {
      if (isOurs(failure)) await rm(path); // a wheel that cannot be used: the next call is to fetch another
      throw failure;
    }
    if (!options.keepWheel) await rm(downloads, { recursive: true });
  };
  return intoCache(machine, work, options);
}
