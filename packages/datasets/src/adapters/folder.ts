import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Case, DataSet, Mask, Raster } from "@segdistill/core/contract";
import { maskOfAnotherSize, noPictures } from "./errors.js";
import { flipColumns, flipRows, turn } from "../raster/rearrange.js";
import { readMask, readPicture } from "../readers/picture.js";
import { binarise } from "../readers/values.js";
import { fingerprint } from "./fingerprint.js";
import { factsOf, fieldsOfView, sorted } from "./folder-names.js";
import { folderOptions, type FolderOptions, type FolderSettings } from "./folder-options.js";
import { groupsOf } from "./groups.js";
import { held } from "./held.js";
import { maskClasses, united } from "./mask-classes.js";
import { paired, type Named } from "./pairing.js";
import { leftOutWarning, withParts } from "./parts.js";
import { fitsOne, isPlain, partOf } from "./place.js";
import { findRoot, type Layout } from "./root.js";
import { splitByGroup, type Parts } from "./split-by-group.js";
import { splitByLists } from "./split-lists.js";
import { nameOf } from "./stem.js";
import { foldersIn, walk, type Found } from "./walk.js";
import { volumeSet } from "../volumes/volume-set.js";
import { folderVolumes, isVolume, withSeries } from "./folder-volumes.js";

const name = "folder";

/** How this adapter knows a root: the folder of the pictures is in it, or in train/, validation/ or test/ of it. Patterns with `*` take the folder that is given. */
export const folderLayout = (images: string, masks: string): Layout => ({
  name,
  isRoot: async (folder) => {
    if (!isPlain(images) || images === "." || images === "") return true;
    const has = async (where: string): Promise<boolean> => (await stat(join(where, images)).catch(() => undefined))?.isDirectory() === true;
    if (await has(folder)) return true;
    const parts = (await foldersIn(folder)).filter((path) => partOf(path.replace(/^.*[\\/]/, "")) !== undefined);
    return (await Promise.all(parts.map(has))).includes(true);
  },
  holds: `pictures in "${images}" and masks of the same names in "${masks}" (options images and masks)`,
  source: "your own",
});

/**
 * Pictures and masks of the same names in two folders. datasets.md 3
 *
 * `images/` and `masks/` work without any option; everything else is in {@link folderOptions}. Ids are paths below `images` without ending and suffix. Where `images` holds volumes (NIfTI,
 * NRRD, MetaImage, folders of DICOM files), cases are their slices, called `<id>/<slice>`.
 *
 * @throws what is wrong with the folder, its names, lists and groups, all of it before anything is read; reading: masks of another size or with unknown values, unreadable files.
 */
export function folder(options: FolderOptions = {}): (root?: string) => Promise<DataSet> {
  const settings = folderOptions.parse(options);
  const classes = maskClasses(settings);
  return async (given) => {
    const root = await findRoot(folderLayout(settings.images, settings.masks), given);
    const isLeftOut = fitsOne(settings.skip);
    const files = await withSeries(
      (await walk(root.folder)).filter(({ path }) => !isLeftOut(path)),
      settings,
    );
    const { pictures, masks } = sorted(files, settings);
    if (pictures.length === 0) throw noPictures(name, root.folder, settings.images);
    const ending = masks[0] === undefined ? ".png" : masks[0].path.slice(nameOf(masks[0].path).stem.length);
    const pairs = paired(pictures, masks, {
      name,
      combine: settings.combine,
      unlabelled: settings.unlabelled,
      isFree: true,
      expected: (key) => `${settings.masks}/${key}${settings.maskSuffix}${ending}`,
    });
    const views = fieldsOfView(files, pictures, settings);
    const ids = pictures.map(({ key }) => key);
    const facts = factsOf(pictures, settings);
    const groups = facts.group ?? (await groupsOf(name, root.folder, settings.group, ids));
    const warnings = [
      ...root.warnings,
      ...pairs.warnings,
      ...(settings.group === undefined && facts.group === undefined
        ? [`[${name}] patients unknown: split by image. Give group, if several pictures are of one patient.`]
        : []),
    ];
    if (pictures.some(isVolume)) {
      const volumes = await folderVolumes(pictures, pairs.masks, groups, settings, classes);
      const splits = withParts(name, volumes, await partsOf(root.folder, volumes, facts.part, settings), settings.parts);
      return volumeSet({
        name,
        domain: settings.domain,
        classes: classes.names,
        volumes,
        splits,
        warnings,
        settings,
        turned: orienting(settings),
      });
    }
    const cases = pictures.map((picture) =>
      caseOf(picture, pairs.masks.get(picture.key)!, views?.get(picture.key) ?? null, groups.get(picture.key)!, settings, classes.read),
    );
    const splits = withParts(name, cases, await partsOf(root.folder, cases, facts.part, settings), settings.parts);
    return {
      name,
      domain: settings.domain,
      classes: classes.names,
      cases,
      splits,
      warnings: [...warnings, ...leftOutWarning(name, splits)],
      fingerprint: () =>
        fingerprint(
          pictures.flatMap((picture) => [
            { id: `${picture.key} image`, bytes: picture.file },
            ...pairs.masks.get(picture.key)!.map((mask, i) => ({ id: `${picture.key} mask ${String(i)}`, bytes: mask.file })),
          ]),
        ),
    };
  };
}

async function partsOf(
  root: string,
  cases: readonly { readonly id: string; readonly group: string }[],
  part: ReadonlyMap<string, string>,
  { split }: FolderSettings,
): Promise<Parts> {
  const ids = cases.map(({ id }) => id);
  if (typeof split === "object" && "lists" in split) return splitByLists(name, root, split.lists, ids);
  if (split === "folders" || (split === undefined && part.size > 0)) {
    const of = (wanted: string): string[] => ids.filter((id) => part.get(id) === wanted);
    return { train: of("train"), validation: of("validation"), test: of("test"), all: ids };
  }
  return splitByGroup(cases, split ?? { seed: 0, train: 0.7, validation: 0.1, test: 0.2 });
}

/** What `orient` does to a picture. */
const orienting =
  ({ orient }: FolderSettings) =>
  <P extends Raster | Mask>(one: P): P => {
    if (orient === undefined) return one;
    return {
      rot90cw: () => turn(one, 1),
      rot180: () => turn(one, 2),
      rot90ccw: () => turn(one, 3),
      flipRows: () => flipRows(one),
      flipColumns: () => flipColumns(one),
    }[orient]();
  };

function caseOf(
  picture: Named,
  masks: readonly Named[],
  view: Found | null,
  group: string,
  settings: FolderSettings,
  read: (file: Found) => Promise<Mask>,
): Case {
  const oriented = orienting(settings);
  const stored = held(() => readPicture(picture.file));
  const fitting = async (file: Found, mask: Mask): Promise<Mask> => {
    const image = await stored();
    if (mask.height !== image.height || mask.width !== image.width) throw maskOfAnotherSize(name, picture.path, image, file.path, mask);
    return mask;
  };
  return {
    id: picture.key,
    group,
    domain: settings.domain,
    spacingMm: settings.spacingMm ?? null,
    image: async () => oriented(await stored()),
    label: async () => {
      if (masks.length === 0) return null;
      const used = settings.combine === "first" ? masks.slice(0, 1) : masks;
      return oriented(united(await Promise.all(used.map(async (file) => fitting(file, await read(file))))));
    },
    fieldOfView: async () => (view === null ? null : oriented(await fitting(view, binarise(await readMask(view.file))))),
    secondObserver: () => Promise.resolve(null),
  };
}
