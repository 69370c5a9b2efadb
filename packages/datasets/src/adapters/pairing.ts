import { masksWithoutPicture, pictureWithoutMask, twoMasks, twoPictures } from "./errors.js";
import type { Found } from "./walk.js";

/** A file with what its path below its folder says, ending and suffix taken off. */
export interface Named extends Found {
  readonly key: string;
}

export interface Pairs {
  /** The masks of every picture by its key, in natural order. */
  readonly masks: ReadonlyMap<string, readonly Named[]>;
  readonly warnings: readonly string[];
}

/** What pairing needs to know of the adapter's options. */
export interface Pairing {
  readonly name: string;
  readonly combine: "error" | "or" | "first";
  readonly unlabelled: boolean;
  /** Whether names are the user's own, so that maskSuffix and combine are options that a message may name. */
  readonly isFree: boolean;
  /** The mask that a picture of this key should have, for the message. */
  readonly expected: (key: string) => string;
}

/**
 * Finds the masks of every picture by name, never by position: the same path below the folder, else `X_1`, `X_2` … for `X`, else any file in a folder called `X`. datasets.md 3
 *
 * If only the case of letters differs, they are paired with a warning.
 *
 * @throws two pictures of one name; pictures without mask (unless `unlabelled`); masks without picture; several masks of a picture (with `combine: "error"`)
 */
export function paired(
  pictures: readonly Named[],
  masks: readonly Named[],
  { name, combine, unlabelled, isFree, expected }: Pairing,
): Pairs {
  const byKey = new Map<string, Named>();
  for (const picture of pictures) {
    const other = byKey.get(picture.key);
    if (other !== undefined) throw twoPictures(name, other.path, picture.path);
    byKey.set(picture.key, picture);
  }
  const byLowerKey = new Map(pictures.map(({ key }) => [key.toLowerCase(), key]));
  const found = new Map<string, Named[]>(pictures.map(({ key }) => [key, []]));
  const orphans: Named[] = [];
  const onlyCase: string[] = [];
  for (const mask of masks) {
    const candidates = [mask.key, mask.key.replace(/_\d+$/, ""), mask.key.replace(/\/?[^/]*$/, "")];
    const exact = candidates.find((key) => byKey.has(key));
    const near =
      exact === undefined ? candidates.map((key) => byLowerKey.get(key.toLowerCase())).find((key) => key !== undefined) : undefined;
    if (near !== undefined) onlyCase.push(mask.path);
    const key = exact ?? near;
    if (key === undefined) orphans.push(mask);
    else found.get(key)!.push(mask);
  }
  const bare = pictures.filter(({ key }) => found.get(key)!.length === 0);
  const hint = isFree ? suffixThatPairs(bare, orphans) : undefined;
  if (bare.length > 0 && !unlabelled)
    throw pictureWithoutMask(
      name,
      bare.map(({ path }) => path),
      pictures.length,
      expected(bare[0]!.key),
      hint,
    );
  if (orphans.length > 0)
    throw masksWithoutPicture(
      name,
      orphans.map(({ path }) => path),
      masks.length,
      hint,
    );
  const several = [...found].filter(([, of]) => of.length > 1);
  if (several.length > 0 && combine === "error")
    throw twoMasks(
      name,
      byKey.get(several[0]![0])!.path,
      several[0]![1].map(({ path }) => path),
      several.length,
      isFree,
    );
  return {
    masks: found,
    warnings:
      onlyCase.length === 0
        ? []
        : [
            `[${name}] ${String(onlyCase.length)} masks differ from their pictures in upper and lower case, first "${onlyCase[0]!}": paired.`,
          ],
  };
}

/** The ending of mask names that would pair most of what is left: `maskSuffix "_mask" pairs 40 of 40`, as a remedy; undefined where none pairs two files. */
function suffixThatPairs(pictures: readonly Named[], masks: readonly Named[]): string | undefined {
  const counts = new Map<string, number>();
  const keys = new Set(masks.map(({ key }) => key));
  const suffixes = new Set(
    pictures
      .slice(0, 20)
      .flatMap(({ key: picture }) =>
        [...keys]
          .filter((key) => key.startsWith(picture) && !key.slice(picture.length).includes("/"))
          .map((key) => key.slice(picture.length)),
      ),
  );
  for (const suffix of suffixes) counts.set(suffix, pictures.filter(({ key }) => keys.has(key + suffix)).length);
  const best = [...counts].sort((a, b) => b[1] - a[1])[0];
  return best === undefined ? undefined : `maskSuffix: "${best[0]}" pairs ${String(best[1])} of ${String(pictures.length)}: set it.`;
}
