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
}

/** A data set of retinal vessels without a published field of view: it is found in the picture by the rule of datasets.md 2.2, at `threshold` grey levels. */
export const retinaSet = (
  name: string,
  threshold: number,
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
    fieldOfView: (picture) => fieldOfView(picture, threshold),
  });
