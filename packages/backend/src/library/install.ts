import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { notEnoughDisk, wheelLacks } from "./errors.js";
import type { Machine } from "./machine.js";
import { meter, type OnProgress } from "./progress.js";
import { recordName, type LibraryRecord } from "./record.js";
import { libraryNames } from "./release.js";
import { extract, readZip, type ZipEntry } from "./zip.js";

interface InstallOptions {
  readonly machine: Pick<Machine, "os" | "freeBytes">;
  readonly progress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

async function syncPath(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Fills a new folder beside the target and renames it: the target is whole or not there. Leftovers of killed processes are removed. */
async function atomically(target: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const parent = dirname(target);
  const mark = `${basename(target)}.partial-`;
  for (const name of await readdir(parent)) if (name.startsWith(mark)) await rm(join(parent, name), { recursive: true });
  const partial = join(parent, mark + randomBytes(4).toString("hex"));
  await mkdir(partial);
  try {
    await fill(partial);
    await syncPath(partial);
    await rm(target, { recursive: true, force: true }); // only ever one that is not whole
    await rename(partial, target);
    await syncPath(parent);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function needRoom(folder: string, needed: number, machine: InstallOptions["machine"]): Promise<void> {
  const free = await machine.freeBytes(folder);
  if (free < needed) throw notEnoughDisk(folder, needed, free);
}

const record = (folder: string, contents: LibraryRecord): Promise<void> =>
  writeFile(join(folder, recordName), `${JSON.stringify(contents, null, 2)}\n`, { flush: true });

/** TensorFlow's licence: in the wheel's metadata, or among its headers. */
const licenceIn = (entries: readonly ZipEntry[]): ZipEntry | undefined =>
  entries.find(({ name }) => /^[^/]+\.dist-info\/(licenses\/)?LICENSE[^/]*$/.test(name)) ??
  entries.find(({ name }) => name === "tensorflow/include/LICENSE");

/**
 * Takes the two libraries and the licence out of a wheel into `target` (atomically). Throws where the wheel is damaged or lacks one, or
 * the disk has no room for what its directory announces.
 */
export async function installWheel(
  wheel: string,
  target: string,
  from: Omit<LibraryRecord, "bytes">,
  options: InstallOptions,
): Promise<void> {
  const entries = await readZip(wheel);
  const { cc, framework } = libraryNames(options.machine.os);
  const libraries = [framework, cc].map((name) => {
    const entry = entries.find((one) => one.name === `tensorflow/${name}`);
    if (!entry) throw wheelLacks(wheel, `tensorflow/${name}`);
    return { name, entry };
  });
  const total = libraries.reduce((sum, { entry }) => sum + entry.bytes, 0);
  await needRoom(dirname(target), total, options.machine);
  await atomically(target, async (folder) => {
    const count = meter("unpack", 0, total, options.progress);
    for (const { name, entry } of libraries)
      await extract(wheel, entry, join(folder, name), { advanced: count.advance, signal: options.signal });
    const licence = licenceIn(entries);
    if (licence) await extract(wheel, licence, join(folder, "LICENSE"), { signal: options.signal });
    await record(folder, { ...from, bytes: Object.fromEntries(libraries.map(({ name, entry }) => [name, entry.bytes])) });
    count.end();
  });
}

/** Copies the two libraries of a folder into `target` (atomically). */
export async function installFolder(
  source: string,
  target: string,
  from: Omit<LibraryRecord, "bytes">,
  options: InstallOptions,
): Promise<void> {
  const names = Object.values(libraryNames(options.machine.os)) as string[];
  const sizes: Record<string, number> = {};
  for (const name of names) sizes[name] = (await stat(join(source, name))).size;
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  await needRoom(dirname(target), total, options.machine);
  await atomically(target, async (folder) => {
    const count = meter("unpack", 0, total, options.progress);
    for (const name of names) {
      options.signal?.throwIfAborted();
      await copyFile(join(source, name), join(folder, name), constants.COPYFILE_FICLONE);
      await syncPath(join(folder, name));
      count.advance(sizes[name]!);
    }
    await record(folder, { ...from, bytes: sizes });
    count.end();
  });
}
