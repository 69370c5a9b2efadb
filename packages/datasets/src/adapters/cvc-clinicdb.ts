import type { DataSet } from "@segdistill/core/contract";
import { z } from "zod";
import { openPublished, type Form } from "./open-published.js";
import { publishedOptions } from "./published-options.js";
import { findRoot, type Layout } from "./root.js";
import { splitByGroup } from "./split-by-group.js";
import { nameOf } from "./stem.js";
import { walk } from "./walk.js";

export const cvcClinicDbOptions = z.strictObject({
  ...publishedOptions,
  leaky: z
    .boolean()
    .default(false)
    .describe(
      "The split by frame of much of the literature, 80, 10 and 10 %, as leaky-train, leaky-validation and leaky-test: neighbouring frames stand on both sides [ours]",
    ),
});

export type CvcClinicDbOptions = z.input<typeof cvcClinicDbOptions>;

const name = "cvc-clinicdb";
const image = /^original\/(\d+)\.(?:tiff?|png)$/i;
const mask = /^ground truth\/(\d+)\.(?:tiff?|png)$/i;
const official = 612;
/** The last frame of every sequence. datasets.md 2.15 [memory] */
const lastFrames = [
  25,
  50,
  67,
  78,
  103,
  126,
  151,
  177,
  199,
  205,
  227,
  252,
  277,
  297,
  317,
  342,
  363,
  383,
  408,
  428,
  447,
  466,
  478,
  503,
  528,
  546,
  571,
  591,
  official,
];
/** The sequence of a frame, from 1; 0 for a number that no frame has. */
const sequenceOf = (frame: number): number => (frame < 1 ? 0 : lastFrames.findIndex((last) => frame <= last) + 1);
const frameOf = (id: string): number => Number(/\d+$/.exec(id)?.[0]);

export const cvcClinicDbLayout: Layout = {
  name,
  isRoot: async (folder) => {
    const paths = (await walk(folder, 2)).map(({ path }) => path);
    return paths.some((path) => image.test(path)) && paths.some((path) => mask.test(path));
  },
  holds: "Original/1.tif, Ground Truth/1.tif, … Original/612.tif (or .png)",
  source: "the CVC-ClinicDB page of the Computer Vision Center, Barcelona",
};

const form = (isLeaky: boolean): Form => ({
  name,
  classes: ["background", "polyp"],
  official,
  tell: (path) => {
    const [picture, drawing] = [image.exec(path)?.[1], mask.exec(path)?.[1]];
    const number = picture ?? drawing;
    if (number === undefined || sequenceOf(Number(number)) === 0) return null;
    return { of: picture === undefined ? `Original/${number}` : nameOf(path).stem, isMask: picture === undefined };
  },
  expected: (id) => `Ground Truth/${id.replace(/^.*\//, "")}.tif`,
  warnings: isLeaky ? [`[${name}] leaky: neighbouring frames are almost equal and stand on both sides of the split.`] : [],
  groups: () =>
    isLeaky
      ? { of: (id) => id, warnings: [] }
      : {
          of: (id) => String(sequenceOf(frameOf(id))).padStart(2, "0"),
          warnings: [`[${name}] groups are sequences, by ranges of frame numbers that were not verified; several may be of one patient.`],
        },
  parts: (cases) => {
    if (isLeaky) {
      const { train = [], validation = [], test = [] } = splitByGroup(cases, { seed: 0, train: 0.8, validation: 0.1, test: 0.1 });
      return { "leaky-train": train, "leaky-validation": validation, "leaky-test": test };
    }
    const part = (from: number, to: number): string[] =>
      cases.filter(({ id }) => sequenceOf(frameOf(id)) >= from && sequenceOf(frameOf(id)) <= to).map(({ id }) => id);
    return { train: part(1, 21), validation: part(22, 24), test: part(25, 29) };
  },
});

/**
 * CVC-ClinicDB: 612 frames (RGB, 384×288) of 29 sequences of colonoscopy with their polyps. datasets.md 2.15
 *
 * Label: the file of the same number in `Ground Truth`, TIFF or PNG. Group: the sequence, `01` … `29`. Spacing and field of view: none.
 * Splits [ours]: train sequences 1-21, validation 22-24, test 25-29, all; by frame with `leaky`.
 *
 * @throws no folder, or not this data set; pictures without mask unless `unlabelled`, masks without picture; wrong groups and parts. Reading: a mask of another size, an unreadable file.
 */
export function cvcClinicDb(options: CvcClinicDbOptions = {}): (root?: string) => Promise<DataSet> {
  const settings = cvcClinicDbOptions.parse(options);
  return async (given) => openPublished(form(settings.leaky), settings, await findRoot(cvcClinicDbLayout, given));
}
