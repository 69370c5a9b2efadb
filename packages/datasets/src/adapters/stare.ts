import type { DataSet } from "@segdistill/core/contract";
import { z } from "zod";
import { pictureWithoutMask } from "./errors.js";
import { retinaSet, type RetinaFiles } from "./retina.js";
import { findRoot, type Layout } from "./root.js";
import { nameOf } from "./stem.js";
import { walk, type Found } from "./walk.js";

export const stareOptions = z.strictObject({
  observer: z
    .enum(["ah", "vk"])
    .default("ah")
    .describe("Whose drawing is the label; the other one is the second observer. ah is A. Hoover, vk V. Kouznetsova [ours]"),
  unlabelled: z.boolean().default(false).describe("Whether a picture may lack the mask of that observer: its label is null then [ours]"),
});

export type StareOptions = z.input<typeof stareOptions>;

const image = /^(?:stare-images\/)?(im\d{4})\.ppm(?:\.gz)?$/i;
const label = /^(?:labels-(?:ah|vk)\/)?(im\d{4})\.(ah|vk)\.p[gp]m(?:\.gz)?$/i;
const official = 20;

export const stareLayout: Layout = {
  name: "stare",
  isRoot: async (folder) => {
    const files = await walk(folder, 2);
    return files.some(({ path }) => image.test(path)) && files.some(({ path }) => label.test(path));
  },
  holds: "stare-images/im0001.ppm.gz, labels-ah/im0001.ah.ppm.gz, labels-vk/im0001.vk.ppm.gz, … im0324",
  source: "https://cecas.clemson.edu/~ahoover/stare/ (stare-images.tar, labels-ah.tar, labels-vk.tar)",
};

/**
 * STARE: 20 pictures (RGB, 700×605) with the vessels drawn by two observers. datasets.md 2.2
 *
 * Label: observer `ah` unless told otherwise. Group: the picture, except that `im0235` and `im0236` are one eye. Spacing: none. Field of view: found in the picture, threshold 40.
 * Splits: `all` only; the set serves as the unseen domain. Accepts files unpacked or not, labels called `.pgm`, and everything in one folder.
 *
 * @throws no folder, or not this data set; a picture without a mask unless `unlabelled`. Reading: a mask of another size, an unreadable file.
 */
export function stare(options: StareOptions = {}): (root?: string) => Promise<DataSet> {
  const { observer, unlabelled } = stareOptions.parse(options);
  return async (given) => {
    const root = await findRoot(stareLayout, given);
    const found = await walk(root.folder, 2);
    const labels = new Map<string, Found>();
    const images = new Map<string, Found>();
    const twice: string[] = [];
    for (const file of found) {
      const [, picture] = image.exec(file.path) ?? [];
      const [, of, by] = label.exec(file.path) ?? [];
      const [into, key] = picture !== undefined ? [images, picture] : [labels, `${String(of)}.${String(by)}`];
      if (picture === undefined && of === undefined) continue;
      // In natural order the unpacked file comes before the packed one.
      if (into.has(key.toLowerCase())) twice.push(file.path);
      else into.set(key.toLowerCase(), file);
    }
    const files = [...images].map(([number, file]): RetinaFiles => {
      const by = (who: string): Found | null => labels.get(`${number}.${who}`) ?? null;
      const group = number === "im0236" ? "im0235" : number;
      return { id: nameOf(file.path).stem, group, image: file, mask: by(observer), second: by(observer === "ah" ? "vk" : "ah") };
    });
    const bare = files.filter(({ mask }) => mask === null);
    if (bare.length > 0 && !unlabelled)
      throw pictureWithoutMask(
        "stare",
        bare.map((one) => one.image.path),
        files.length,
        `labels-${observer}/${nameOf(bare[0]!.image.path.replace(/^.*\//, "")).stem}.${observer}.ppm.gz`,
        undefined,
      );
    const alone = files.filter(({ second }) => second === null).length;
    const warnings = [
      ...root.warnings,
      ...(files.length === official ? [] : [`[stare] ${String(files.length)} pictures found, the whole set has ${String(official)}.`]),
      ...(alone === 0 ? [] : [`[stare] ${String(alone)} of ${String(files.length)} pictures have no mask of the second observer.`]),
      ...twice.map((path) => `[stare] "${path}" was left out: the same picture was found before under another name.`),
    ];
    return retinaSet("stare", 40, files, { all: files.map(({ id }) => id) }, warnings);
  };
}
