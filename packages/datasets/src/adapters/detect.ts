import { stat } from "node:fs/promises";
import { busiLayout } from "./busi.js";
import { chaosCtLayout } from "./chaos-ct.js";
import { chaseDb1Layout } from "./chase-db1.js";
import { cvcClinicDbLayout } from "./cvc-clinicdb.js";
import { dca1Layout } from "./dca1.js";
import { driveLayout } from "./drive.js";
import { hrfLayout } from "./hrf.js";
import { stareLayout } from "./stare.js";
import { folderLayout } from "./folder.js";
import { kvasirSegLayout } from "./kvasir-seg.js";
import { litsLayout } from "./lits.js";
import { msdLayout } from "./msd.js";
import { foldersIn } from "./walk.js";
import type { Layout } from "./root.js";

/** Published sets first: theirs is more to know a folder by. */
const layouts: readonly Layout[] = [
  ...[chaseDb1Layout, stareLayout, driveLayout, hrfLayout, dca1Layout, cvcClinicDbLayout, kvasirSegLayout, busiLayout],
  ...[chaosCtLayout, msdLayout, litsLayout],
  folderWithMasks(),
];

/**
 * The adapter that recognises a folder, by its content and whatever it is called: first the folder itself, then its sub-folders; undefined where none does or where it is no folder.
 *
 * Used for the children of `SEGDISTILL_DATA`.
 */
export async function detect(path: string): Promise<string | undefined> {
  const kind = await stat(path).catch(() => undefined);
  if (kind?.isDirectory() !== true) return undefined;
  for (const folder of [path, ...(await foldersIn(path))]) for (const { name, isRoot } of layouts) if (await isRoot(folder)) return name;
  return undefined;
}

/** `images` alone may be anything; with `masks` beside it, it is a data set. */
function folderWithMasks(): Layout {
  const [images, masks] = [folderLayout("images", "masks"), folderLayout("masks", "images")];
  return { ...images, isRoot: async (folder) => (await images.isRoot(folder)) && (await masks.isRoot(folder)) };
}
