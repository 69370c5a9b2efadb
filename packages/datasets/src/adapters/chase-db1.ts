import type { DataSet } from "@segdistill/core/contract";
import { z } from "zod";
import { pictureWithoutMask } from "./errors.js";
import { retinaSet, type RetinaFiles } from "./retina.js";
import { findRoot, type Layout } from "./root.js";
import { walk } from "./walk.js";

export const chaseDb1Options = z.strictObject({
  unlabelled: z
    .boolean()
    .default(false)
    .describe("Whether a picture may lack the mask of the first observer: its label is null then [ours]"),
});

export type ChaseDb1Options = z.input<typeof chaseDb1Options>;

const image = /^(Image_(\d+)[LR])\.jpe?g$/i;
const official = 28;

export const chaseDb1Layout: Layout = {
  name: "chase-db1",
  isRoot: async (folder) => (await walk(folder, 1)).some(({ path }) => image.test(path)),
  holds: "Image_01L.jpg, Image_01L_1stHO.png, Image_01L_2ndHO.png, … Image_14R.jpg in one folder",
  source: "the Kingston University research data repository, record 96 (CHASE_DB1, CC BY 4.0)",
};

/**
 * CHASE_DB1: 28 pictures (RGB, 999×960) of both eyes of 14 children with the vessels drawn by two observers. datasets.md 2.3, 5.1
 *
 * Label: the first observer (`_1stHO`); second observer `_2ndHO`, null where it is missing. Group: the child, `01` … `14`. Spacing: none. Field of view: found in the picture, threshold 15.
 * Splits [ours]: train children 01-08, validation 09-10, test 11-14, all.
 *
 * @throws no folder, or not this data set; a picture without a mask unless `unlabelled`. Reading: a mask of another size, an unreadable file.
 */
export function chaseDb1(options: ChaseDb1Options = {}): (root?: string) => Promise<DataSet> {
  const { unlabelled } = chaseDb1Options.parse(options);
  return async (given) => {
    const root = await findRoot(chaseDb1Layout, given);
    const found = await walk(root.folder, 1);
    const byName = new Map(found.map((file) => [file.path.toLowerCase(), file]));
    const files = found.flatMap((file): RetinaFiles[] => {
      const [, id, group] = image.exec(file.path) ?? [];
      if (id === undefined || group === undefined) return [];
      const observer = (which: string): RetinaFiles["mask"] => byName.get(`${id}_${which}.png`.toLowerCase()) ?? null;
      return [{ id, group, image: file, mask: observer("1stHO"), second: observer("2ndHO") }];
    });
    const bare = files.filter(({ mask }) => mask === null);
    if (bare.length > 0 && !unlabelled)
      throw pictureWithoutMask(
        "chase-db1",
        bare.map((one) => one.image.path),
        files.length,
        `${bare[0]!.id}_1stHO.png`,
        undefined,
      );
    const part = (from: number, to: number): string[] =>
      files.filter(({ group }) => Number(group) >= from && Number(group) <= to).map(({ id }) => id);
    const alone = files.filter(({ second }) => second === null).length;
    const warnings = [
      ...root.warnings,
      ...(files.length === official ? [] : [`[chase-db1] ${String(files.length)} pictures found, the whole set has ${String(official)}.`]),
      ...(alone === 0 ? [] : [`[chase-db1] ${String(alone)} of ${String(files.length)} pictures have no mask of the second observer.`]),
    ];
    return retinaSet(
      "chase-db1",
      15,
      files,
      { train: part(1, 8), validation: part(9, 10), test: part(11, 14), all: files.map(({ id }) => id) },
      warnings,
    );
  };
}
