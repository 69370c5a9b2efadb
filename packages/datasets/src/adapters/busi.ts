import type { DataSet } from "@segdistill/core/contract";
import { z } from "zod";
import { nearDuplicates } from "./near-duplicates.js";
import { openPublished, type Form } from "./open-published.js";
import { publishedOptions } from "./published-options.js";
import { findRoot, type Layout } from "./root.js";
import { nameOf } from "./stem.js";
import { walk } from "./walk.js";

export const busiOptions = z.strictObject({
  ...publishedOptions,
  byClass: z.boolean().default(false).describe("Benign and malignant lesions as two classes in place of one [ours]"),
  normals: z.boolean().default(false).describe("Keeps the pictures without lesion; their masks are empty [ours]"),
});

export type BusiOptions = z.input<typeof busiOptions>;

const name = "busi";
const file = /^(benign|malignant|normal)\/(\1 \(\d+\))(_mask(?:_\d+)?)?\.png$/i;
const kinds = ["benign", "malignant", "normal"] as const;
const kindOf = (id: string): number => kinds.findIndex((kind) => id.toLowerCase().startsWith(`${kind}/`));

export const busiLayout: Layout = {
  name,
  isRoot: async (folder) => {
    const told = (await walk(folder, 2)).map(({ path }) => file.exec(path));
    return told.some((match) => match !== null && match[3] === undefined) && told.some((match) => match?.[3] !== undefined);
  },
  holds: "benign/benign (1).png, benign/benign (1)_mask.png, malignant/…, normal/…",
  source: "https://scholar.cu.edu.eg/?q=afahmy/pages/dataset (Dataset_BUSI_with_GT)",
};

const form = (byClass: boolean, normals: boolean): Form => ({
  name,
  classes: byClass ? ["background", "benign", "malignant"] : ["background", "lesion"],
  official: 780,
  tell: (path) => {
    const [, folder, , end] = file.exec(path) ?? [];
    if (folder === undefined) return null;
    const { stem } = nameOf(path);
    return { of: stem.slice(0, stem.length - (end ?? "").length), isMask: end !== undefined, isLeftOut: kindOf(path) === 2 && !normals };
  },
  unites: true,
  expected: (id) => `${id}_mask.png`,
  groups: async (pictures) => {
    const groups = await nearDuplicates(pictures);
    const count = new Set(groups.values()).size;
    return {
      of: (id) => groups.get(id)!,
      warnings: [
        `[${name}] patients unknown: ${String(pictures.length)} pictures make ${String(count)} groups by their likeness; others may be of one woman. Give group, if you know more.`,
      ],
    };
  },
  parts: (cases) => {
    const ranks = new Map<string, number>();
    const met = [0, 0, 0];
    for (const { id, group } of cases) if (!ranks.has(group)) ranks.set(group, met[kindOf(id)]!++ % 10);
    const part = (from: number, to: number): string[] =>
      cases.filter(({ group }) => ranks.get(group)! >= from && ranks.get(group)! <= to).map(({ id }) => id);
    return { train: part(0, 7), validation: part(8, 8), test: part(9, 9) };
  },
  ...(byClass && { marks: (id: string) => (kindOf(id) === 1 ? 2 : 1) }),
});

/**
 * BUSI: 780 ultrasound pictures (RGB, many sizes) of breasts, 437 with benign lesions, 210 with malignant ones, 133 without. datasets.md 2.17
 *
 * Label: all masks of a picture united, whatever their kind of file; alpha never counts. Group: near-duplicates ({@link nearDuplicates}, which reads every picture when the set is opened),
 * or what `group` says. Spacing and field of view: none. Splits [ours]: groups in order, class by class, of ten eight are train, one validation, one test; all.
 *
 * @throws no folder, or not this data set; pictures without mask unless `unlabelled`, masks without picture; wrong groups and parts. Reading: a mask of another size, an unreadable file.
 */
export function busi(options: BusiOptions = {}): (root?: string) => Promise<DataSet> {
  const settings = busiOptions.parse(options);
  return async (given) => openPublished(form(settings.byClass, settings.normals), settings, await findRoot(busiLayout, given));
}
