import { basename } from "node:path";
import type { DataSet, Mask } from "@segdistill/core/contract";
import { z } from "zod";
import { chaosCounts, chaosNumbers, maskOfAnotherSize, pictureWithoutMask } from "./errors.js";
import { along, axesOf, stepsOf, type Grid } from "../readers/volume/grid.js";
import { readMask } from "../readers/picture.js";
import { binarise } from "../readers/values.js";
import { headerOf, type VolumeFile } from "../volumes/volume-files.js";
import { volumeOptions } from "../volumes/volume-options.js";
import { depthOf, volumeSet, type VolumeCase, type VolumeLabel } from "../volumes/volume-set.js";
import { naturalOrder } from "./natural-order.js";
import { ctRange } from "./organ-task.js";
import { withParts } from "./parts.js";
import { findRoot, type Layout } from "./root.js";
import { walk, type Found } from "./walk.js";

export const chaosCtOptions = z.strictObject({
  ...volumeOptions,
  leaky: z
    .boolean()
    .default(false)
    .describe(
      "Parts within-patient-train and within-patient-validation of every patient's own slices, 8 mm apart: of one person on both sides, to see that something is learnt [ours]",
    ),
});

export type ChaosCtOptions = z.input<typeof chaosCtOptions>;

const name = "chaos-ct";
const image = /^(Train|Test)_Sets\/CT\/([^/]+)\/DICOM_anon\/[^/]+\.dcm$/i;
const mask = /^Train_Sets\/CT\/([^/]+)\/Ground\/[^/]+\.png$/i;
const official = 20;

export const chaosCtLayout: Layout = {
  name,
  isRoot: async (folder) => (await walk(folder, 5)).some(({ path }) => image.test(path)),
  holds: "Train_Sets/CT/1/DICOM_anon/*.dcm, Train_Sets/CT/1/Ground/*.png, …",
  source: "https://doi.org/10.5281/zenodo.3431873 (CHAOS_Train_Sets.zip)",
};

/**
 * CHAOS, the CT part: 20 livers of healthy people, portal phase; DICOM with one PNG mask a slice. datasets.md 2.8
 *
 * Cases are slices. Id and group: `ct-<id>`, the patient. Slices are ordered by position, distances are those of the positions (SliceThickness is wrong), rescale is the header's; HU are clipped
 * to [−1024, 3071]. Masks are paired with DICOM files by rank, both sorted naturally; where files are called `iNNNN,0000b.dcm` the numbers must agree too. Splits [ours]: test 26-29,
 * validation 24 and 25, every other train; `unlabelled` the test sets, which have no masks, with `unlabelled: true`; all. With `leaky` in their place parts of every patient's own slices.
 *
 * @throws no folder, or not this data set; a patient without masks unless `unlabelled`, another number of masks than of slices, numbers that disagree; slices missing in a series; wrong parts.
 * Reading: a mask of another size, an unreadable file.
 */
export function chaosCt(options: ChaosCtOptions = {}): (root?: string) => Promise<DataSet> {
  const settings = chaosCtOptions.parse(options);
  return async (given) => {
    const root = await findRoot(chaosCtLayout, given);
    const slices = { train: new Map<string, Found[]>(), test: new Map<string, Found[]>() };
    const masks = new Map<string, Found[]>();
    const put = (into: Map<string, Found[]>, key: string, file: Found): void => void into.set(key, [...(into.get(key) ?? []), file]);
    for (const file of await walk(root.folder, 5)) {
      const [, part, id] = image.exec(file.path) ?? [];
      const of = mask.exec(file.path)?.[1];
      if (id !== undefined) put(part!.toLowerCase() === "train" ? slices.train : slices.test, id, file);
      else if (of !== undefined) put(masks, of, file);
    }
    const bare = [...slices.train].filter(([id]) => !masks.has(id)).map(([, files]) => folderOf(files));
    if (bare.length > 0 && !settings.unlabelled)
      throw pictureWithoutMask(name, bare, slices.train.size, `${bare[0]!.replace(/[^/]*$/, "Ground")}/*.png`, undefined);
    const volumes: VolumeCase[] = [];
    const add = async (id: string, files: readonly Found[], truth: readonly Found[] | undefined): Promise<void> => {
      const pairs = truth && pairedByRank(files, truth); // before anything is decoded
      const from: VolumeFile = { path: folderOf(files), source: files.map(({ file }) => file) };
      const { grid, order } = await headerOf(from);
      volumes.push({ id, group: id, image: from, grid, label: pairs ? maskStack(pairs, grid, order!) : null });
    };
    const sorted = (of: ReadonlyMap<string, readonly Found[]>) => [...of].sort(([a], [b]) => naturalOrder(a, b));
    for (const [id, files] of sorted(slices.train)) await add(`ct-${id}`, files, masks.get(id));
    if (settings.unlabelled) for (const [id, files] of sorted(slices.test)) await add(`ct-test-${id}`, files, undefined);
    const known = { validation: ["ct-24", "ct-25"], test: ["ct-26", "ct-27", "ct-28", "ct-29"] };
    const labelled = volumes.filter(({ id }) => !id.startsWith("ct-test-")).map(({ id }) => id);
    const own = {
      train: labelled.filter((id) => ![...known.validation, ...known.test].includes(id)),
      validation: labelled.filter((id) => known.validation.includes(id)),
      test: labelled.filter((id) => known.test.includes(id)),
      ...(settings.unlabelled && { unlabelled: volumes.map(({ id }) => id).filter((id) => id.startsWith("ct-test-")) }),
    };
    return volumeSet({
      name,
      domain: name,
      classes: ["background", "liver"],
      volumes,
      splits: withParts(name, volumes, own, settings.parts),
      settings,
      clip: ctRange,
      within: settings.leaky ? withinPatient : undefined,
      warnings: [
        ...root.warnings,
        ...(settings.leaky
          ? [`[${name}] leaky: slices of one patient stand on both sides of the split. Such a validation is no test.`]
          : []),
        ...(slices.train.size === official
          ? []
          : [`[${name}] ${String(slices.train.size)} patients with masks found, the whole set has ${String(official)}.`]),
      ],
    });
  };
}

/** The lowest 28 % of the slices are for validation, the next 8 mm for nothing: of numbers 003 to 052 at 2 mm 039 to 052, and 035 to 038. datasets.md 5.2 */
export function withinPatient(slice: number, depth: number, stepMm: number): "train" | "validation" | null {
  const low = Math.round(0.28 * depth);
  return slice < low ? "validation" : slice < low + Math.round(8 / stepMm) ? null : "train";
}

const folderOf = (files: readonly Found[]): string => files[0]!.path.replace(/\/[^/]*$/, "");

/** The mask of every DICOM file by its name. */
function pairedByRank(files: readonly Found[], masks: readonly Found[]): ReadonlyMap<string, { readonly of: Found; readonly mask: Found }> {
  if (files.length !== masks.length) throw chaosCounts(folderOf(files), files.length, folderOf(masks), masks.length);
  const number = (expression: RegExp, { path }: Found): number => Number(expression.exec(path)?.[1]);
  const pairs = files.map((of, i) => ({ of, mask: masks[i]! }));
  for (const { of, mask } of pairs) {
    const [one, other] = [number(/\/i(\d+),\d+b\.dcm$/i, of), number(/_(\d+)\.png$/i, mask)];
    if (!Number.isNaN(one) && one !== other) throw chaosNumbers(of.path, mask.path);
  }
  return new Map(pairs.map((pair) => [basename(pair.of.file), pair]));
}

/** One PNG a slice; `order` names the DICOM file of every slice along the series. */
function maskStack(
  pairs: ReadonlyMap<string, { readonly of: Found; readonly mask: Found }>,
  grid: Grid,
  order: readonly string[],
): VolumeLabel {
  const depth = depthOf(grid);
  const [width, height] = grid.size;
  const axes = axesOf(grid);
  // Masks are drawn on the file's own rows and columns.
  const { start, step } = stepsOf([width, height, 1], axes);
  const [, rows, columns] = along([width, height, 1], axes);
  return {
    files: [...pairs.values()].map(({ mask }) => mask.file),
    mapping: `${name} ${JSON.stringify(order)} ${JSON.stringify(axes)}`,
    slice: async (z): Promise<Mask> => {
      const { of, mask } = pairs.get(order[axes.flipped[0] ? depth - 1 - z : z]!)!;
      const values = await readMask(mask.file);
      if (values.height !== height || values.width !== width) throw maskOfAnotherSize(name, of.path, { height, width }, mask.path, values);
      const { data } = binarise(values);
      const out = new Uint8Array(data.length);
      for (let i = 0; i < out.length; i++) out[i] = data[start + Math.floor(i / columns) * step[1] + (i % columns) * step[2]]!;
      return { height: rows, width: columns, data: out };
    },
  };
}
