import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Case, DataSet, Mask, Raster } from "@segdistill/core/contract";
import { fieldOfViewMissing, maskOfAnotherSize, noPictures, patternMismatch, sameFolder, volumesNotRead } from "../errors.js";
import { flipColumns, flipRows, turn } from "../raster/rearrange.js";
import { readMask, readPicture } from "../readers/picture.js";
import { binarise } from "../readers/values.js";
import { fingerprint } from "./fingerprint.js";
import { folderOptions, type FolderOptions, type FolderSettings } from "./folder-options.js";
import { expressionOf, groupsOf } from "./groups.js";
import { held } from "./held.js";
import { maskClasses, united } from "./mask-classes.js";
import { paired, type Named } from "./pairing.js";
import { leftOutWarning, withParts } from "./parts.js";
import { fitsOne, isPlain, partOf, placer } from "./place.js";
import { findRoot, type Layout } from "./root.js";
import { splitByGroup, type Parts } from "./split-by-group.js";
import { splitByLists } from "./split-lists.js";
import { nameOf } from "./stem.js";
import { foldersIn, walk, type Found } from "./walk.js";
import { volumeSet } from "../volumes/volume-set.js";
import { folderVolumes, isVolume, kindOf, withSeries } from "./folder-volumes.js";

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

/** Which files are pictures and which are masks. In one folder the suffixes tell, else the folder that is spelt out longer. */
function sorted(
  files: readonly Found[],
  { images, masks, fov, imageSuffix, maskSuffix, pattern }: FolderSettings,
): { pictures: Named[]; masks: Named[] } {
  const [ofImages, ofMasks, ofViews] = [placer(images), placer(masks), fov === undefined ? () => null : placer(fov)];
  const depth = (folder: string): number => resolve("/", folder).split(/[\\/]/).filter(Boolean).length;
  const isSame = resolve("/", images) === resolve("/", masks);
  if (isSame && imageSuffix === maskSuffix) throw sameFolder(name, images, maskSuffix);
  const expression = pattern === undefined ? undefined : expressionOf(name, "pattern", pattern);
  const without = (stem: string, suffix: string): string | null =>
    stem.endsWith(suffix) ? stem.slice(0, stem.length - suffix.length) : null;
  const found: { pictures: Named[]; masks: Named[] } = { pictures: [], masks: [] };
  for (const file of files) {
    const kind = kindOf(file);
    const [image, mask, view] = [ofImages(file.path), ofMasks(file.path), ofViews(file.path)];
    if (kind === "other" || (image === null && mask === null) || (view !== null && depth(fov!) > depth(images))) continue;
    if (kind === "volume" && !isVolume(file)) throw volumesNotRead(name, file.path);
    // A file that the option itself names keeps its own name.
    const stemOf = (below: string): string => (file.series ? below : nameOf(below === "" ? basename(file.path) : below).stem);
    const named = (below: string): string => expression?.exec(below)?.groups?.["id"] ?? stemOf(below);
    if (mask !== null && (isSame || image === null || depth(masks) > depth(images))) {
      const stem = named(mask);
      // `X_mask_1` is a mask of `X` as `X_mask` is; without a suffix pairing decides what `X_1` belongs to.
      const key = without(stem, maskSuffix) ?? without(stem.replace(/_\d+$/, ""), maskSuffix);
      if (!isSame || (key !== null && maskSuffix !== "")) {
        found.masks.push({ ...file, key: key ?? stem });
        continue;
      }
    }
    const stem = named(image!);
    const key = without(stem, imageSuffix);
    (key === null && isSame ? found.masks : found.pictures).push({ ...file, key: key ?? stem });
  }
  // A series that lies in `images` itself has no name of its own: it takes that of the one mask.
  const nameless = found.masks.length === 1 ? found.masks[0]!.key : "volume";
  found.pictures = found.pictures.map((picture) => (picture.key === "" ? { ...picture, key: nameless } : picture));
  return found;
}

function fieldsOfView(
  files: readonly Found[],
  pictures: readonly Named[],
  { fov, fovSuffix }: FolderSettings,
): ReadonlyMap<string, Found> | null {
  if (fov === undefined) return null;
  const place = placer(fov);
  const byKey = new Map<string, Found>();
  for (const file of files) {
    const below = nameOf(file.path).kind === "picture" ? place(file.path) : null;
    if (below === null) continue;
    const { stem } = nameOf(below);
    byKey.set(stem.endsWith(fovSuffix) ? stem.slice(0, stem.length - fovSuffix.length) : stem, file);
  }
  const without = pictures.filter(({ key }) => !byKey.has(key));
  if (without.length > 0)
    throw fieldOfViewMissing(
      name,
      without.map(({ path }) => path),
      pictures.length,
      `${fov}/${without[0]!.key}${fovSuffix}.png`,
    );
  return byKey;
}

/** What `pattern` says of group and part, and sub-folders of the part. */
function factsOf(
  pictures: readonly Named[],
  { images, pattern, group }: FolderSettings,
): { group: ReadonlyMap<string, string> | undefined; part: ReadonlyMap<string, string> } {
  const place = placer(images);
  const part = new Map<string, string>();
  const groups = new Map<string, string>();
  const expression = pattern === undefined ? undefined : expressionOf(name, "pattern", pattern);
  for (const { key, path } of pictures) {
    const below = place(path)!;
    const match = expression?.exec(below);
    if (match === null) throw patternMismatch(name, pattern!, below);
    const named = match?.groups ?? {};
    const part_ = named["split"] ?? (below.includes("/") ? /^[^/]*/.exec(below)![0] : undefined);
    const known = part_ === undefined ? undefined : partOf(part_);
    if (known !== undefined) part.set(key, known);
    if (named["group"] !== undefined) groups.set(key, named["group"]);
  }
  return { group: group === undefined && groups.size === pictures.length ? groups : undefined, part };
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
