import { basename, resolve } from "node:path";
import { fieldOfViewMissing, patternMismatch, sameFolder, volumesNotRead } from "./errors.js";
import type { FolderSettings } from "./folder-options.js";
import { isVolume, kindOf } from "./folder-volumes.js";
import { expressionOf } from "./groups.js";
import type { Named } from "./pairing.js";
import { partOf, placer } from "./place.js";
import { nameOf } from "./stem.js";
import type { Found } from "./walk.js";

const name = "folder";

/** Which files are pictures and which are masks. In one folder the suffixes tell, else the folder that is spelt out longer. */
export function sorted(
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

/** The field of view of every picture, by its key; null where none are named. */
export function fieldsOfView(
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
export function factsOf(
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
