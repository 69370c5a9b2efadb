import type { Case, DataSet, Mask, Raster } from "@segdistill/core/contract";
import { maskOfAnotherSize } from "../errors.js";
import { fieldOfView } from "../raster/field-of-view.js";
import { readMask, readPicture } from "../readers/picture.js";
import { binarise } from "../readers/values.js";
import { fingerprint } from "./fingerprint.js";
import { held } from "./held.js";
import type { Parts } from "./split-by-group.js";
import type { Found } from "./walk.js";

/** One picture of a published set of retinas with the files that belong to it. */
export interface RetinaFiles {
  readonly id: string;
  readonly group: string;
  readonly image: Found;
  readonly mask: Found | null;
  readonly second: Found | null;
}

/** A data set of retinal vessels without a published field of view: it is found in the picture by the rule of datasets.md 2.2, at `threshold` grey levels. */
export function retinaSet(
  name: string,
  threshold: number,
  files: readonly RetinaFiles[],
  splits: Parts,
  warnings: readonly string[],
): DataSet {
  const cases = files.map(({ id, group, image, mask, second }): Case => {
    const picture = held(() => readPicture(image.file));
    const drawn = async (by: Found | null): Promise<Mask | null> => (by === null ? null : vesselMask(name, by, image, await picture()));
    return {
      id,
      group,
      domain: name,
      spacingMm: null,
      image: picture,
      label: () => drawn(mask),
      fieldOfView: async () => fieldOfView(await picture(), threshold),
      secondObserver: () => drawn(second),
    };
  });
  return {
    name,
    domain: name,
    classes: ["background", "vessel"],
    cases,
    splits,
    warnings,
    fingerprint: () =>
      fingerprint(
        files.flatMap(({ id, image, mask, second }) => [
          { id: `${id} image`, bytes: image.file },
          ...(mask === null ? [] : [{ id: `${id} mask`, bytes: mask.file }]),
          ...(second === null ? [] : [{ id: `${id} second`, bytes: second.file }]),
        ]),
      ),
  };
}

async function vesselMask(name: string, mask: Found, image: Found, picture: Raster): Promise<Mask> {
  const values = await readMask(mask.file);
  if (values.height !== picture.height || values.width !== picture.width)
    throw maskOfAnotherSize(name, image.path, picture, mask.path, values);
  return binarise(values);
}
