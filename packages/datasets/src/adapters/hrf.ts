import type { DataSet } from "@segdistill/core/contract";
import { z } from "zod";
import { pictureWithoutMask } from "./errors.js";
import { retinaSet } from "./retina.js";
import { hasPicture, retinaFolders, type RetinaForms } from "./retina-folders.js";
import { findRoot, type Layout } from "./root.js";
import { nameOf } from "./stem.js";
import { walk } from "./walk.js";

export const hrfOptions = z.strictObject({
  unlabelled: z.boolean().default(false).describe("Whether a picture may lack its mask: its label is null then [ours]"),
});

export type HrfOptions = z.input<typeof hrfOptions>;

const name = "hrf";
const official = 45;
const forms: RetinaForms = [
  ["image", /^images\/(\d\d_(?:dr|g|h))\.(?:JPG|jpe?g)$/],
  ["mask", /^manual1\/(\d\d_(?:dr|g|h))\.tiff?$/],
  ["fieldOfView", /^mask\/(\d\d_(?:dr|g|h))_mask\.tiff?$/],
];

export const hrfLayout: Layout = {
  name,
  isRoot: async (folder) => hasPicture(forms, await walk(folder, 2)),
  holds: "images/01_dr.JPG, images/01_g.jpg, images/01_h.jpg, manual1/01_dr.tif, mask/01_dr_mask.tif, … 15_h",
  source: "https://www5.cs.fau.de/research/data/fundus-images/ (HRF, CC BY 4.0)",
};

/**
 * HRF: 45 pictures of retinas (RGB, 3504×2336): 15 healthy (`h`), 15 with diabetic retinopathy (`dr`), 15 with glaucoma (`g`), with their vessels and fields of view. datasets.md 2.4
 *
 * Label: `manual1`; no second observer. Group: the stem, `01_dr` (a person each, from memory). Spacing: none. Field of view: `mask`, null (every pixel counts) with a warning where it is missing.
 * Splits: train 01-05 and test 06-15 of each class [usual], all.
 *
 * @throws no folder, or not this data set; a picture without mask unless `unlabelled`. Reading: a mask of another size, an unreadable file.
 */
export function hrf(options: HrfOptions = {}): (root?: string) => Promise<DataSet> {
  const { unlabelled } = hrfOptions.parse(options);
  return async (given) => {
    const root = await findRoot(hrfLayout, given);
    const { pictures, warnings } = retinaFolders(name, await walk(root.folder, 2), forms);
    const bare = pictures.filter(({ mask }) => mask === null);
    if (bare.length > 0 && !unlabelled)
      throw pictureWithoutMask(
        name,
        bare.map(({ image }) => image.path),
        pictures.length,
        `manual1/${bare[0]!.of}.tif`,
        undefined,
      );
    const files = pictures.map(({ of, ...file }) => ({ ...file, id: nameOf(file.image.path).stem, group: of }));
    const part = (from: number, to: number): string[] =>
      files.filter(({ group }) => Number(group.slice(0, 2)) >= from && Number(group.slice(0, 2)) <= to).map(({ id }) => id);
    return retinaSet(name, null, files, { train: part(1, 5), test: part(6, 15), all: files.map(({ id }) => id) }, [
      ...root.warnings,
      ...(files.length === official ? [] : [`[${name}] ${String(files.length)} pictures found, the whole set has ${String(official)}.`]),
      ...warnings,
    ]);
  };
}
