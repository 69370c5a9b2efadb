import { dirname } from "node:path";
import type { Mask } from "@segdistill/core/contract";
import { kindsMixed } from "./errors.js";
import { isDicom } from "../readers/volume/index.js";
import { wholeNumbers } from "../volumes/value-classes.js";
import { headerOf, type VolumeFile } from "../volumes/volume-files.js";
import { labelVolume, type VolumeCase, type VolumeLabel } from "../volumes/volume-set.js";
import type { FolderSettings } from "./folder-options.js";
import { united, type MaskClasses } from "./mask-classes.js";
import type { Named } from "./pairing.js";
import { placer } from "./place.js";
import { nameOf } from "./stem.js";
import type { Found } from "./walk.js";

const name = "folder";

/** Whether a file is a volume that is read. */
export const isVolume = ({ path, series }: Found): boolean => series !== undefined || /\.(nii(\.gz)?|nrrd|mha)$/i.test(path);

export const kindOf = (file: Found): ReturnType<typeof nameOf>["kind"] => (file.series ? "volume" : nameOf(file.path).kind);

/** Files with those of DICOM below `images` taken together by their folders: a series is one volume, whatever its files are called. */
export async function withSeries(files: readonly Found[], { images }: FolderSettings): Promise<readonly Found[]> {
  const place = placer(images);
  const series = new Map<string, Found[]>();
  const others: Found[] = [];
  for (const file of files) {
    const isMaybe = place(file.path) !== null && (/\.dcm$/i.test(file.path) || nameOf(file.path).kind === "other");
    if (!isMaybe || !(await isDicom(file.file))) {
      others.push(file);
      continue;
    }
    const folder = file.path.replace(/\/?[^/]*$/, "");
    series.set(folder, [...(series.get(folder) ?? []), file]);
  }
  return [...others, ...[...series].map(([path, of]) => ({ path, file: dirname(of[0]!.file), series: of.map(({ file }) => file) }))];
}

/** @throws pictures among volumes; DICOM masks; an image and a mask on different grids */
export async function folderVolumes(
  pictures: readonly Named[],
  masks: ReadonlyMap<string, readonly Named[]>,
  groups: ReadonlyMap<string, string>,
  settings: FolderSettings,
  classes: MaskClasses,
): Promise<readonly VolumeCase[]> {
  const strange = [...pictures, ...[...masks.values()].flat()].find((file) => !isVolume(file));
  if (strange !== undefined) throw kindsMixed(strange.path, pictures.find(isVolume)!.path);
  const mapping = JSON.stringify([settings.classes ?? null, settings.threshold, settings.ignore]);
  const volumes: VolumeCase[] = [];
  for (const picture of pictures) {
    const image = volumeOf(picture);
    const { grid } = await headerOf(image);
    const used = masks.get(picture.key)!.slice(0, settings.combine === "first" ? 1 : undefined);
    const on = { image, grid, trustShape: settings.trustShape };
    const labels: VolumeLabel[] = [];
    for (const mask of used)
      labels.push(await labelVolume(name, volumeOf(mask), on, mapping, (values, path) => classes.of(wholeNumbers(values, path), path)));
    volumes.push({ id: picture.key, group: groups.get(picture.key)!, image, grid, label: labels.length === 0 ? null : together(labels) });
  }
  return volumes;
}

const volumeOf = ({ path, file, series }: Found): VolumeFile => ({ path, source: series ?? file });

function together(labels: readonly VolumeLabel[]): VolumeLabel {
  return {
    files: labels.flatMap(({ files }) => files),
    mapping: labels[0]!.mapping,
    slice: async (z): Promise<Mask> => united(await Promise.all(labels.map(({ slice }) => slice(z)))),
  };
}
