import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { DataSet } from "@segdistill/core/contract";
import { z } from "zod";
import { listUnreadable, msdFileMissing } from "./errors.js";
import { volumeChannel } from "../readers/volume/errors.js";
import { byValue } from "../volumes/value-classes.js";
import { headerOf, type VolumeFile } from "../volumes/volume-files.js";
import { volumeOptions } from "../volumes/volume-options.js";
import { labelVolume, volumeSet, type VolumeCase } from "../volumes/volume-set.js";
import { listPath, listText } from "./list-file.js";
import { ctRange } from "./organ-task.js";
import { withParts } from "./parts.js";
import { findRoot, type Layout } from "./root.js";
import { nameOf } from "./stem.js";

const value = z.int().min(0).max(65535);
export const msdOptions = z.strictObject({
  ...volumeOptions,
  classes: z
    .record(z.string().min(1), z.union([value, z.array(value).min(1)]))
    .optional()
    .describe("Class names with their values in the label files; values in none are background. Without: every label of dataset.json"),
  channel: z.int().min(0).optional().describe("Which of several channels is read, such as one of four MR sequences"),
});

export type MsdOptions = z.input<typeof msdOptions>;

const name = "msd";
const list = "dataset.json";

const dataset = z.object({
  name: z.string().default("task"),
  modality: z.record(z.string(), z.string()),
  labels: z.record(z.string().regex(/^\d+$/), z.string()),
  numTraining: z.number().optional(),
  training: z.array(z.object({ image: z.string(), label: z.string() })).min(1),
  test: z.array(z.string()).default([]),
});
type Dataset = z.output<typeof dataset>;

export const msdLayout: Layout = {
  name,
  isRoot: async (folder) => {
    const isThere = (path: string): Promise<boolean> => stat(join(folder, path)).then(() => true, () => false); // prettier-ignore
    return (await isThere(list)) && (await isThere("imagesTr")) && (await isThere("labelsTr"));
  },
  holds: "dataset.json, imagesTr/, labelsTr/",
  source: "http://medicaldecathlon.com (a task's folder, such as Task03_Liver)",
};

/**
 * One task of the Medical Segmentation Decathlon, as its `dataset.json` lists it; NIfTI. datasets.md 2.7
 *
 * Cases are slices. Id and group: the stem of the image file. HU of CT are clipped to [−1024, 3071]. Classes: every label of the list, or what `classes` says. Splits [ours]: by rank in
 * the list, of ten 0 and 5 test, 9 validation, the rest train; `unlabelled` the task's own test images with `unlabelled: true`; all.
 *
 * @throws no folder, or not this data set; a broken list, a file that it names and that is not there; several channels and none chosen; an image and a label on different grids; wrong parts.
 * Reading: unreadable files, values that no class has.
 */
export function msd(options: MsdOptions = {}): (root?: string) => Promise<DataSet> {
  const settings = msdOptions.parse(options);
  return async (given) => {
    const root = await findRoot(msdLayout, given);
    const task = await readList(join(root.folder, list));
    const { names, map } = classesOf(task, settings.classes);
    const channels = Object.entries(task.modality).sort(([a], [b]) => Number(a) - Number(b)).map(([, kind]) => kind); // prettier-ignore
    const isCt = channels.length === 1 && channels[0]!.toUpperCase() === "CT";
    const fileOf = async (written: string): Promise<VolumeFile> => {
      const path = written.replace(/^\.\//, "");
      const source = await listPath(name, list, root.folder, path);
      if ((await stat(source).catch(() => undefined))?.isFile() !== true) throw msdFileMissing(path, list);
      return { path, source, channel: settings.channel };
    };
    const volumes: VolumeCase[] = [];
    const add = async (image: string, label: string | null): Promise<void> => {
      const from = await fileOf(image);
      const { grid, channels: count } = await headerOf(from);
      if (count > 1 && settings.channel === undefined) throw volumeChannel(from.path, count, undefined, channels);
      if ((settings.channel ?? 0) >= count) throw volumeChannel(from.path, count, settings.channel, channels);
      const id = basename(nameOf(from.path).stem);
      const mapping = `${name} ${JSON.stringify([...map])}`;
      const truth = label === null ? null : { ...(await fileOf(label)), channel: undefined };
      volumes.push({
        id,
        group: id,
        image: from,
        grid,
        label: truth && (await labelVolume(name, truth, { image: from, grid }, mapping, byValue(map))),
      });
    };
    for (const { image, label } of task.training) await add(image, label);
    const labelled = volumes.map(({ id }) => id);
    if (settings.unlabelled) for (const image of task.test) await add(image, null);
    const ranked = (is: (rank: number) => boolean): string[] => labelled.filter((_, rank) => is(rank));
    const own = {
      train: ranked((rank) => rank % 5 !== 0 && rank % 10 !== 9),
      validation: ranked((rank) => rank % 10 === 9),
      test: ranked((rank) => rank % 5 === 0),
      ...(settings.unlabelled && { unlabelled: volumes.slice(labelled.length).map(({ id }) => id) }),
    };
    const listed = task.numTraining ?? labelled.length;
    const domain = `${name}-${task.name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
    return volumeSet({
      name,
      domain,
      // Task03_Liver is LiTS, of which 28 to 47 are 3D-IRCADb-01.
      ...(domain === "msd-liver" && { samePeople: ["lits", "ircadb"] }),
      classes: names,
      volumes,
      splits: withParts(name, volumes, own, settings.parts),
      settings,
      ...(isCt && { clip: ctRange }),
      warnings: [
        ...root.warnings,
        ...(listed === labelled.length
          ? []
          : [`[${name}] ${String(labelled.length)} labelled volumes are listed, dataset.json speaks of ${String(listed)}.`]),
      ],
    });
  };
}

async function readList(path: string): Promise<Dataset> {
  const expected = "name, modality, labels and training as the Decathlon publishes them";
  let json: unknown;
  try {
    json = JSON.parse(await listText(path));
  } catch {
    throw listUnreadable(name, path, expected, "no JSON");
  }
  const read = dataset.safeParse(json);
  if (!read.success) {
    const { path: key, message } = read.error.issues[0]!;
    throw listUnreadable(name, path, expected, `${key.join(".") || "the whole"}: ${message}`);
  }
  return read.data;
}

function classesOf({ labels }: Dataset, classes: MsdOptions["classes"]): { names: readonly string[]; map: ReadonlyMap<number, number> } {
  const listed = Object.entries(labels).map(([number, label]) => [Number(number), label] as const).sort(([a], [b]) => a - b); // prettier-ignore
  const wanted: readonly (readonly [string, readonly number[]])[] =
    classes === undefined
      ? listed.filter(([number]) => number !== 0).map(([number, label]) => [label, [number]] as const)
      : Object.entries(classes).map(([title, values]) => [title, [values].flat()] as const);
  const map = new Map(listed.map(([number]) => [number, 0]));
  for (const [i, [, values]] of wanted.entries()) for (const one of values) map.set(one, i + 1);
  return { names: ["background", ...wanted.map(([title]) => title)], map };
}
