import { realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { linkLeaves, noRoot, notThatDataSet, rootMissing } from "./errors.js";
import { isBelow } from "./list-file.js";
import { foldersIn } from "./walk.js";

export interface Root {
  readonly folder: string;
  /** Says which folder was taken where it is not the one given. */
  readonly warnings: readonly string[];
}

/** How an adapter knows its data: whether a folder is the root, and what it should hold in words. */
export interface Layout {
  readonly name: string;
  readonly isRoot: (folder: string) => Promise<boolean>;
  /** What the root holds, for the message: `Image_01L.jpg, Image_01L_1stHO.png, …`. */
  readonly holds: string;
  /** Where the data come from. */
  readonly source: string;
}

/**
 * The folder that holds the data: the one given, one of its sub-folders, or the one above it, in this order. datasets.md 1.1
 *
 * @throws no folder given; the folder does not exist or is none; the data are in none of the three.
 */
export async function findRoot(layout: Layout, given: string | undefined): Promise<Root> {
  if (given === undefined) throw noRoot(layout.name, layout.holds, layout.source);
  const folder = resolve(given);
  const kind = await stat(folder).catch(() => undefined);
  if (kind?.isDirectory() !== true) throw rootMissing(layout.name, given, kind !== undefined);
  if (await layout.isRoot(folder)) return { folder, warnings: [] };
  for (const other of [...(await foldersIn(folder)), dirname(folder)])
    if (await layout.isRoot(other)) {
      if (other !== dirname(folder) && !isBelow(await realpath(folder), await realpath(other))) throw linkLeaves(given, other);
      return { folder: other, warnings: [`[${layout.name}] "${other}" was taken as the root, not "${given}".`] };
    }
  throw notThatDataSet(layout.name, given, layout.holds);
}
