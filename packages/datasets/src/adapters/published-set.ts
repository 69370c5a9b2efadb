import type { Case, DataSet, Mask, Raster } from "@segdistill/core/contract";
import { maskOfAnotherSize } from "./errors.js";
import { readMask, readPicture } from "../readers/picture.js";
import { binarise } from "../readers/values.js";
import { fingerprint } from "./fingerprint.js";
import { held } from "./held.js";
import { united } from "./mask-classes.js";
import type { Parts } from "./split-by-group.js";
import type { Found } from "./walk.js";

/** One picture of a published set with the files that belong to it. */
export interface PublishedCase {
  readonly id: string;
  readonly group: string;
  readonly image: Found;
  /** None: the case has no label. Several are united. */
  readonly masks: readonly Found[];
  readonly second?: Found | null;
  /** The published field of view. */
  readonly fieldOfView?: Found | null;
  /** The class index of what the masks mark, 1 unless said. */
  readonly marks?: number;
}

export interface Published {
  readonly name: string;
  /** The name, unless said. */
  readonly domain?: string;
  readonly classes: readonly string[];
  readonly cases: readonly PublishedCase[];
  readonly splits: Parts;
  readonly warnings: readonly string[];
  /** Finds the field of view in a picture that has no file of it; without it every pixel counts. */
  readonly fieldOfView?: (picture: Raster) => Mask;
}

/**
 * A data set of pictures whose mask files mark one class each: several masks of a picture are united, values from 128 on are set ({@link binarise}). datasets.md 1.1
 *
 * @throws reading: a mask of another size than its picture, an unreadable file
 */
export function publishedSet({ name, domain = name, classes, cases: files, splits, warnings, fieldOfView }: Published): DataSet {
  const cases = files.map(({ id, group, image, masks, second = null, fieldOfView: field = null, marks = 1 }): Case => {
    const picture = held(() => readPicture(image.file));
    const drawn = async (by: readonly Found[]): Promise<Mask | null> =>
      by.length === 0
        ? null
        : marked(united(await Promise.all(by.map(async (mask) => fitting(name, mask, image, await picture())))), marks);
    return {
      id,
      group,
      domain,
      spacingMm: null,
      image: picture,
      label: () => drawn(masks),
      fieldOfView: async () =>
        field !== null ? fitting(name, field, image, await picture()) : fieldOfView === undefined ? null : fieldOfView(await picture()),
      secondObserver: () => drawn(second === null ? [] : [second]),
    };
  });
  return {
    name,
    domain,
    classes,
    cases,
    splits,
    warnings,
    fingerprint: () =>
      fingerprint(
        files.flatMap(({ id, image, masks, second = null, fieldOfView: field = null }) => [
          { id: `${id} image`, bytes: image.file },
          ...masks.map((mask, i) => ({ id: i === 0 ? `${id} mask` : `${id} mask ${String(i)}`, bytes: mask.file })),
          ...(second === null ? [] : [{ id: `${id} second`, bytes: second.file }]),
          ...(field === null ? [] : [{ id: `${id} field of view`, bytes: field.file }]),
        ]),
      ),
  };
}

async function fitting(name: string, mask: Found, image: Found, picture: Raster): Promise<Mask> {
  const values = await readMask(mask.file);
  if (values.height !== picture.height || values.width !== picture.width)
    throw maskOfAnotherSize(name, image.path, picture, mask.path, values);
  return binarise(values);
}

const marked = (mask: Mask, as: number): Mask => (as === 1 ? mask : { ...mask, data: mask.data.map((value) => value * as) });
