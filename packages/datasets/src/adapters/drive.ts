import type { DataSet } from "@segdistill/core/contract";
import { z } from "zod";
import { pictureWithoutMask } from "./errors.js";
import { retinaSet } from "./retina.js";
import { hasPicture, retinaFolders, type RetinaForms } from "./retina-folders.js";
import { findRoot, type Layout } from "./root.js";
import { nameOf } from "./stem.js";
import { walk } from "./walk.js";

export const driveOptions = z.strictObject({
  unlabelled: z
    .boolean()
    .default(false)
    .describe("Whether a training picture may lack its manual: its label is null then, as it is of test pictures in any case [ours]"),
});

export type DriveOptions = z.input<typeof driveOptions>;

const name = "drive";
const official = 40;
const forms: RetinaForms = [
  ["image", /^(training|test)\/images\/(\d\d)_\1\.tiff?$/],
  ["mask", /^(training|test)\/1st_manual\/(\d\d)_manual1\.gif$/],
  ["second", /^(training|test)\/2nd_manual\/(\d\d)_manual2\.gif$/],
  ["fieldOfView", /^(training|test)\/mask\/(\d\d)_\1_mask\.gif$/],
];

export const driveLayout: Layout = {
  name,
  isRoot: async (folder) => hasPicture(forms, await walk(folder, 3)),
  holds:
    "training/images/21_training.tif, training/1st_manual/21_manual1.gif, training/mask/21_training_mask.gif, test/images/01_test.tif, …",
  source: "https://drive.grand-challenge.org (for those who register there; copies may not be passed on)",
};

/**
 * DRIVE: 40 pictures of retinas (RGB, 565×584), a person each, with their vessels and fields of view. datasets.md 2.1
 *
 * Label: `1st_manual`; second observer `2nd_manual`, null where it is missing. Today's download has no manuals of the test part: those labels are null, with a warning.
 * Group: the number, `01` … `40`. Spacing: none. Field of view: `mask`, null (every pixel counts) with a warning where it is missing.
 * Splits: train 21-36 and validation 37-40 [ours] of the official train 21-40, test 01-20, all.
 *
 * @throws no folder, or not this data set; a training picture without manual unless `unlabelled`. Reading: a mask of another size, an unreadable file.
 */
export function drive(options: DriveOptions = {}): (root?: string) => Promise<DataSet> {
  const { unlabelled } = driveOptions.parse(options);
  return async (given) => {
    const root = await findRoot(driveLayout, given);
    const { pictures, warnings } = retinaFolders(name, await walk(root.folder, 3), forms);
    const isTest = ({ of }: { readonly of: string }): boolean => /^test/i.test(of);
    const bare = pictures.filter(({ mask }) => mask === null);
    const bareTraining = bare.filter((one) => !isTest(one));
    if (bareTraining.length > 0 && !unlabelled)
      throw pictureWithoutMask(
        name,
        bareTraining.map(({ image }) => image.path),
        pictures.length,
        `training/1st_manual/${bareTraining[0]!.of.slice(-2)}_manual1.gif`,
        undefined,
      );
    const files = pictures.map(({ of, ...file }) => ({ ...file, id: nameOf(file.image.path).stem, group: of.slice(-2) }));
    const ids = (among: (number: number, ofTest: boolean) => boolean): string[] =>
      files.filter((_, i) => among(Number(pictures[i]!.of.slice(-2)), isTest(pictures[i]!))).map(({ id }) => id);
    const parts = {
      train: ids((number, ofTest) => !ofTest && number <= 36),
      validation: ids((number, ofTest) => !ofTest && number > 36),
      test: ids((_, ofTest) => ofTest),
      all: ids(() => true),
    };
    const bareTest = bare.length - bareTraining.length;
    return retinaSet(name, null, files, parts, [
      ...root.warnings,
      ...(files.length === official ? [] : [`[${name}] ${String(files.length)} pictures found, the whole set has ${String(official)}.`]),
      ...(bareTest === 0
        ? []
        : [
            `[${name}] ${String(bareTest)} of ${String(parts.test.length)} test pictures have no manual: their labels are null, and nothing can be measured on them. Older downloads hold test/1st_manual.`,
          ]),
      ...warnings,
    ]);
  };
}
