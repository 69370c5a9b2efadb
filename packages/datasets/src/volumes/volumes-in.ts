import { stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { walk } from "../adapters/walk.js";
import { nameOf } from "../adapters/stem.js";
import { isDicom } from "../readers/volume/index.js";
import type { VolumeFile } from "./volume-files.js";

const isVolumeFile = (path: string): boolean => /\.(nii(\.gz)?|nrrd|mha)$/i.test(path);
const isMaybeDicom = (path: string): boolean => /\.dcm$/i.test(path) || nameOf(path).kind === "other";

/**
 * Volumes of a path: one file, or every volume below a folder, DICOM files taken together by their folders. `path` is below the folder, without ending: what results are called by.
 *
 * Files that are neither are passed over.
 */
export async function volumesIn(path: string): Promise<readonly VolumeFile[]> {
  const isFolder = (await stat(path)).isDirectory();
  const files = isFolder ? await walk(path) : [{ path: basename(path), file: path }];
  const found: VolumeFile[] = [];
  const series = new Map<string, string[]>();
  for (const { path: below, file } of files)
    if (isVolumeFile(below)) found.push({ path: nameOf(below).stem, source: file });
    else if (isMaybeDicom(below) && (await isDicom(file))) {
      const folder = isFolder ? dirname(below) : nameOf(below).stem;
      series.set(folder, [...(series.get(folder) ?? []), file]);
    }
  // A series in the folder itself is called as the folder is.
  return [...found, ...[...series].map(([below, source]) => ({ path: below === "." ? basename(resolve(path)) : below, source }))];
}
