import type { DataSet } from "@segdistill/core/contract";
import { z } from "zod";
import { everyPicture, openPublished, type Form } from "./open-published.js";
import { publishedOptions } from "./published-options.js";
import { findRoot, type Layout } from "./root.js";
import { nameOf } from "./stem.js";
import { walk } from "./walk.js";

export const kvasirSegOptions = z.strictObject(publishedOptions);

export type KvasirSegOptions = z.input<typeof kvasirSegOptions>;

const name = "kvasir-seg";
const file = /^(images|masks)\/([^/]+)\.jpe?g$/i;
/** The names are of one kind everywhere: 25 letters and digits. Another folder of JPEGs is not taken for this set. */
const known = /^(images|masks)\/c[a-z0-9]{24}\.jpe?g$/i;

export const kvasirSegLayout: Layout = {
  name,
  isRoot: async (folder) => {
    const parts = (await walk(folder, 2)).map(({ path }) => known.exec(path)?.[1]?.toLowerCase());
    return parts.includes("images") && parts.includes("masks");
  },
  holds: "images/cju0qkwl35piu0993l0dewei2.jpg, masks/cju0qkwl35piu0993l0dewei2.jpg, …",
  source: "https://datasets.simula.no/kvasir-seg/",
};

const form: Form = {
  name,
  classes: ["background", "polyp"],
  official: 1000,
  tell: (path) => {
    const [, folder, stem] = file.exec(path) ?? [];
    if (folder === undefined || stem === undefined) return null;
    const isMask = folder.toLowerCase() === "masks";
    return { of: isMask ? `images/${stem}` : nameOf(path).stem, isMask };
  },
  expected: (id) => `masks/${id.replace(/^.*\//, "")}.jpg`,
  groups: () => everyPicture(name),
  parts: (cases) => {
    const tenth = (which: number): string[] => cases.filter((_, i) => i % 10 === which).map(({ id }) => id);
    return { train: cases.filter((_, i) => i % 10 > 1).map(({ id }) => id), validation: tenth(0), test: tenth(1) };
  },
};

/**
 * Kvasir-SEG: 1000 pictures (RGB, many sizes) of polyps. datasets.md 2.16
 *
 * Label: the JPEG mask, cut at 128. Group: the picture, no patients are published. Spacing and field of view: none.
 * Splits [ours]: of ten ids in order the first is validation, the second test, the others train; all.
 *
 * @throws no folder, or not this data set; pictures without mask unless `unlabelled`, masks without picture; wrong groups and parts. Reading: a mask of another size, an unreadable file.
 */
export function kvasirSeg(options: KvasirSegOptions = {}): (root?: string) => Promise<DataSet> {
  const settings = kvasirSegOptions.parse(options);
  return async (given) => openPublished(form, settings, await findRoot(kvasirSegLayout, given));
}
