import type { DataSet } from "@segdistill/core/contract";
import { fieldOfView } from "../raster/field-of-view.js";
import { publishedSet } from "./published-set.js";
import type { Parts } from "./split-by-group.js";
import type { Found } from "./walk.js";

/** One picture of a published set of retinas with the files that belong to it. */
export interface RetinaFiles {
  readonly id: string;
  readonly group: string;
  readonly image: Found;
  readonly mask: Found | null;
  readonly second: Found | null;
  /** Its published field of view; null where it is missing. */
  readonly fieldOfView?: Found | null;
}

/** What a user should know of pictures whose published field of view is missing; nothing where none is. */
export function fieldOfViewWarnings(name: string, files: readonly { readonly fieldOfView: Found | null }[]): readonly string[] {
  const without = files.filter(({ fieldOfView: file }) => file === null).length;
  return without === 0
    ? []
    : [`[${name}] ${String(without)} of ${String(files.length)} pictures have no field of view: every pixel of them counts.`];
}

/**
 * A data set of retinal vessels. Where no field of view is published it is found in the picture by the rule of datasets.md 2.2, at `threshold` grey levels; null: the files say it.
 */
export const retinaSet = (
  name: string,
  threshold: number | null,
  files: readonly RetinaFiles[],
  splits: Parts,
  warnings: readonly string[],
): DataSet =>
  publishedSet({
    name,
    classes: ["background", "vessel"],
    cases: files.map(({ mask, ...file }) => ({ ...file, masks: mask === null ? [] : [mask] })),
    splits,
    warnings,
    ...(threshold !== null && { fieldOfView: (picture) => fieldOfView(picture, threshold) }),
  });
