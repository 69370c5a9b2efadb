import type { DataSet } from "@segdistill/core/contract";
import { z } from "zod";
import { leakyWithoutSource } from "./errors.js";
import { patientSafe, possiblyInTest, treeOf } from "./cimat80.js";
import { everyPicture, openPublished, type Form, type Groups } from "./open-published.js";
import { publishedOptions } from "./published-options.js";
import { findRoot, type Layout } from "./root.js";
import { nameOf } from "./stem.js";
import { walk } from "./walk.js";

export const dca1Options = z.strictObject({
  ...publishedOptions,
  leaky: z
    .boolean()
    .default(false)
    .describe(
      "cimat80: the folders as they were published, as source-train-patients-shared and source-test-patients-shared: the same vessels stand on both sides [ours]",
    ),
});

export type Dca1Options = z.input<typeof dca1Options>;

const name = "dca1";
const flat = /^(\d+)(_gt)?\.pgm$/i;
const divided = /^(?:training|testing)\/(\d+)(_gt)?\.png$/i;

async function isForm(folder: string, form: RegExp): Promise<boolean> {
  const told = (await walk(folder, 2)).map(({ path }) => form.exec(path));
  return told.some((match) => match !== null && match[2] === undefined) && told.some((match) => match?.[2] !== undefined);
}

export const dca1Layout: Layout = {
  name,
  isRoot: async (folder) => (await isForm(folder, flat)) || (await isForm(folder, divided)),
  holds: "1.pgm, 1_gt.pgm, … 134_gt.pgm in one folder, or training/1.png, training/1_gt.png, testing/1.png, …",
  source: "http://personal.cimat.mx:8181/~ivan.cruz/DB_Angiograms.html (DB_Angiograms_134.zip)",
};

const telling =
  (form: RegExp): Form["tell"] =>
  (path) => {
    const [, number, end] = form.exec(path) ?? [];
    if (number === undefined) return null;
    const { stem } = nameOf(path);
    return { of: end === undefined ? stem : stem.slice(0, stem.length - end.length), isMask: end !== undefined };
  };

const dca1Form: Form = {
  name,
  classes: ["background", "vessel"],
  official: 134,
  tell: telling(flat),
  expected: (id) => `${id}_gt.pgm`,
  groups: () => everyPicture(name),
  parts: (cases) => {
    const part = (from: number, to: number): string[] =>
      cases.filter(({ id }) => Number(id) >= from && Number(id) <= to).map(({ id }) => id);
    return { train: part(1, 100), test: part(101, 134) };
  },
};

/** The 80 angiograms that went before. `leaky` takes the folders as split, `isFree` the parts that the user wrote. */
function cimat80Form(leaky: boolean, isFree: boolean): Form {
  const tell = telling(divided);
  const leavesOut = !leaky && !isFree;
  const warnings = [
    ...(leaky ? [`[${name}] leaky: cimat80 shows the same vessels in training and in testing.`] : []),
    ...(leavesOut ? [`[${name}] "${possiblyInTest}" was left out: it may show the vessels of two test pictures.`] : []),
  ];
  const byTree: Groups = {
    of: treeOf,
    warnings: [
      `[${name}] cimat80: groups are vessel trees told apart by eye; a person's left and right arteries may still stand in two parts.`,
    ],
  };
  return {
    ...dca1Form,
    domain: "cimat80",
    official: 80,
    tell: (path) => {
      const told = tell(path);
      return told && { ...told, isLeftOut: leavesOut && told.of.toLowerCase() === possiblyInTest };
    },
    expected: (id) => `${id}_gt.png`,
    warnings,
    groups: () => (leaky ? { of: (id) => id, warnings: [] } : byTree),
    parts: (cases) => {
      const ids = cases.map(({ id }) => id);
      if (!leaky) return patientSafe(ids);
      const of = (folder: string): string[] => ids.filter((id) => id.toLowerCase().startsWith(folder));
      return { "source-train-patients-shared": of("training/"), "source-test-patients-shared": of("testing/") };
    },
  };
}

/**
 * DCA1: 134 coronary angiograms (grey, 300×300) with their vessels; or cimat80, the 80 of the same hospital that went before. datasets.md 2.12, 5.3
 *
 * Label: `N_gt`, cut at 128. Spacing and field of view: none. The 134: group is the picture, no patients are published; train 1-100, test 101-134, all [usual].
 * cimat80, known by its folders `training` and `testing`, domain `cimat80`: group is the vessel tree, train 42, validation 10 and test 27 pictures without a tree in two parts, all [ours].
 *
 * @throws no folder, or not this data set; `leaky` with the 134; pictures without mask unless `unlabelled`, masks without picture; wrong groups and parts. Reading: a mask of another size,
 *   an unreadable file.
 */
export function dca1(options: Dca1Options = {}): (root?: string) => Promise<DataSet> {
  const settings = dca1Options.parse(options);
  const { leaky, parts } = settings;
  return async (given) => {
    const root = await findRoot(dca1Layout, given);
    if (!(await isForm(root.folder, flat))) return openPublished(cimat80Form(leaky, parts !== undefined), settings, root);
    if (leaky) throw leakyWithoutSource(name, root.folder);
    return openPublished(dca1Form, settings, root);
  };
}
