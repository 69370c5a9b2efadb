import type { DataSet } from "@segdistill/core/contract";
import { z } from "zod";
import { masksWithoutPicture, pictureWithoutMask, twoPictures } from "./errors.js";
import { byValue } from "../volumes/value-classes.js";
import { headerOf } from "../volumes/volume-files.js";
import { volumeOptions } from "../volumes/volume-options.js";
import { labelVolume, volumeSet, type VolumeCase } from "../volumes/volume-set.js";
import { isIdentity } from "../readers/volume/grid.js";
import { withParts } from "./parts.js";
import { findRoot, type Layout } from "./root.js";
import { ctRange, organClasses, organTask } from "./organ-task.js";
import { walk, type Found } from "./walk.js";

export const litsOptions = z.strictObject({ ...volumeOptions, task: organTask });

export type LitsOptions = z.input<typeof litsOptions>;

const name = "lits";
const image = /(?:^|\/)(test-)?volume-(\d+)\.nii(?:\.gz)?$/i;
const label = /(?:^|\/)segmentation-(\d+)\.nii(?:\.gz)?$/i;
const official = 131;

export const litsLayout: Layout = {
  name,
  isRoot: async (folder) => {
    const files = await walk(folder, 2);
    return files.some(({ path }) => image.test(path)) && files.some(({ path }) => label.test(path));
  },
  holds: "Training Batch 1/volume-0.nii, segmentation-0.nii, …, Training Batch 2/…, or all files in one folder",
  source: "https://competitions.codalab.org/competitions/17094 (LiTS), or Task03_Liver of the Medical Segmentation Decathlon (adapter msd)",
};

/**
 * LiTS: CT of 131 patients with liver and tumours drawn in them, 70 more without; NIfTI. datasets.md 2.6
 *
 * Cases are slices. Id and group: `volume-N`, the patient. HU are clipped to [−1024, 3071] before anything else. Label by `task`: `organ` liver with its tumours (> 0), `tumour` (2),
 * `both` two classes. An affine of identity (volumes 28-47, which are 3D-IRCADb-01) tells nothing: their spacing is null. Splits [ours]: of the numbers those that 5 divides test,
 * those that end in 9 validation, the rest train; `unlabelled` the 70 with `unlabelled: true`; all.
 *
 * @throws no folder, or not this data set; a volume without segmentation unless `unlabelled`, a segmentation without volume, two files of one number; an image and a label on different
 * grids; wrong parts. Reading: unreadable files, other values than 0, 1, 2.
 */
export function lits(options: LitsOptions = {}): (root?: string) => Promise<DataSet> {
  const settings = litsOptions.parse(options);
  const { names, map } = organClasses(settings.task, ["liver", "tumour"]);
  return async (given) => {
    const root = await findRoot(litsLayout, given);
    const [images, tests, labels] = [new Map<number, Found>(), new Map<number, Found>(), new Map<number, Found>()];
    for (const file of await walk(root.folder, 2)) {
      const [, isTest, volume] = image.exec(file.path) ?? [];
      const number = volume ?? label.exec(file.path)?.[1];
      if (number === undefined) continue;
      const into = volume === undefined ? labels : isTest === undefined ? images : tests;
      const other = into.get(Number(number));
      if (other !== undefined) throw twoPictures(name, other.path, file.path);
      into.set(Number(number), file);
    }
    const bare = [...images].filter(([number]) => !labels.has(number));
    if (bare.length > 0 && !settings.unlabelled)
      throw pictureWithoutMask(
        name,
        bare.map(([, { path }]) => path),
        images.size,
        `segmentation-${String(bare[0]![0])}.nii`,
        undefined,
      );
    const orphans = [...labels].filter(([number]) => !images.has(number));
    if (orphans.length > 0)
      throw masksWithoutPicture(
        name,
        orphans.map(([, { path }]) => path),
        labels.size,
        undefined,
      );
    const volumes: VolumeCase[] = [];
    const wanted = [...[...images].map((one) => [...one, "volume"] as const), ...(settings.unlabelled ? [...tests].map((one) => [...one, "test-volume"] as const) : [])]; // prettier-ignore
    for (const [number, file, kind] of wanted.sort(([a, , one], [b, , other]) => (one === other ? a - b : one < other ? 1 : -1))) {
      const from = { path: file.path, source: file.file };
      const { grid } = await headerOf(from);
      const truth = kind === "volume" ? labels.get(number) : undefined;
      const mapping = `${name} ${settings.task}`;
      volumes.push({
        id: `${kind}-${String(number)}`,
        group: `${kind}-${String(number)}`,
        image: from,
        grid,
        isSpacingUnknown: isIdentity(grid),
        label: truth
          ? await labelVolume(name, { path: truth.path, source: truth.file }, { image: from, grid }, mapping, byValue(map))
          : null,
      });
    }
    const ids = (is: (number: number) => boolean, kind = "volume"): string[] =>
      volumes.map(({ id }) => id).filter((id) => id.startsWith(`${kind}-`) && is(Number(id.slice(kind.length + 1))));
    const isTest = (number: number): boolean => number % 5 === 0;
    const isValidation = (number: number): boolean => number % 10 === 9;
    const own = {
      train: ids((number) => !isTest(number) && !isValidation(number)),
      validation: ids(isValidation),
      test: ids(isTest),
      ...(settings.unlabelled && { unlabelled: ids(() => true, "test-volume") }),
    };
    const unknown = volumes.filter(({ isSpacingUnknown }) => isSpacingUnknown === true);
    return volumeSet({
      name,
      domain: name,
      samePeople: ["msd-liver", "ircadb"],
      classes: names,
      volumes,
      splits: withParts(name, volumes, own, settings.parts),
      settings,
      clip: ctRange,
      warnings: [
        ...root.warnings,
        ...(images.size === official
          ? []
          : [`[${name}] ${String(images.size)} labelled volumes found, the whole set has ${String(official)}.`]),
        ...(unknown.length === 0
          ? []
          : [
              `[${name}] ${String(unknown.length)} volumes have an affine of identity, first "${unknown[0]!.id}": their orientation is not known, their spacing is left out.`,
            ]),
      ],
    });
  };
}
