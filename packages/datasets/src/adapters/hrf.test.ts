import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeDataset } from "@segdistill/core/testing";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { tiffCompression } from "../testing/tiff-compression.js";
import { pictureFile, put, rowsOf } from "../testing/twin.js";
import { detect } from "./detect.js";
import { hrf } from "./hrf.js";

const [height, width] = [49, 73];
const disc = (row: number, column: number): boolean => Math.hypot(row - 24, column - 36) <= 22;
const stems = ["01_dr", "01_g", "01_h", "02_dr", "02_g", "02_h"];
const ids = stems.map((stem) => `images/${stem}`);

/** Pictures 01 and 02 of each class; the mask of the i-th marks row 5 + i. The label of 01_g and the field of view of 02_h are RGB. */
async function writeTwin(root: string): Promise<void> {
  for (const [i, stem] of stems.entries()) {
    const picture = await pictureFile("a.jpg", height, width, (row, column) => (disc(row, column) ? [150, 20 * i, 40] : [2, 1, 0]));
    await put(root, `images/${stem}.${stem.endsWith("dr") ? "JPG" : "jpg"}`, picture);
    const on = (is: boolean, isRgb: boolean): number[] => (isRgb ? [is ? 255 : 0, is ? 255 : 0, is ? 255 : 0] : [is ? 255 : 0]);
    const tiff = (is: typeof disc, isRgb: boolean): Promise<Buffer> =>
      pictureFile("a.tif", height, width, (row, column) => on(is(row, column), isRgb), "deflate");
    await put(root, `manual1/${stem}.tif`, await tiff((row) => row === 5 + i, stem === "01_g"));
    await put(root, `mask/${stem}_mask.tif`, await tiff(disc, stem === "02_h"));
  }
  await put(root, "readme.txt", "no part of the set");
}

let top: string;
let twin: string;
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), "segdistill-hrf-"));
  twin = join(top, "one", "HRF");
  await writeTwin(twin);
});
afterAll(() => rm(top, { recursive: true }));
const fresh = async (name: string): Promise<string> => {
  await cp(twin, join(top, name), { recursive: true });
  return join(top, name);
};

describeDataset({ describe, it }, "hrf, a generated twin", () => hrf()(twin), { cases: 6 });

const found = "[hrf] 6 pictures found, the whole set has 45.";

describe("hrf, a generated twin", () => {
  it("pairs by stem, .JPG and .jpg alike; a picture is a group", async () => {
    const set = await hrf()(twin);
    expect(set.cases.map(({ id, group, domain, spacingMm }) => [id, group, domain, spacingMm])).toEqual(
      ids.map((id, i) => [id, stems[i], "hrf", null]),
    );
    expect([set.name, ...set.classes]).toEqual(["hrf", "background", "vessel"]);
    expect(set.splits).toEqual({ train: ids, test: [], all: ids });
    expect(set.warnings).toEqual([found]);
    const labels = await Promise.all(set.cases.map(async (one) => rowsOf(await one.label())));
    expect(labels).toEqual(stems.map((_, i) => ({ [5 + i]: 1 })));
    expect(await set.cases[0]!.secondObserver()).toBeNull();
  });

  it("divides 01-05 of each class from 06-15", async () => {
    const root = join(top, "names");
    for (let n = 1; n <= 15; n++)
      for (const kind of ["dr", "g", "h"]) {
        const stem = `${String(n).padStart(2, "0")}_${kind}`;
        for (const path of [`images/${stem}.jpg`, `manual1/${stem}.tif`, `mask/${stem}_mask.tif`]) await put(root, path, "");
      }
    const { splits, warnings } = await hrf()(root);
    const part = (from: number, to: number): string[] =>
      Array.from(
        { length: 3 * (to - from + 1) },
        (_, i) => `images/${String(from + Math.floor(i / 3)).padStart(2, "0")}_${["dr", "g", "h"][i % 3]!}`,
      );
    expect(splits).toEqual({ train: part(1, 5), test: part(6, 15), all: part(1, 15) });
    expect(warnings).toEqual([]);
  });

  it("reads deflate TIFF, grey or RGB, as labels and as fields of view", async () => {
    for (const [path, channels] of [
      ["manual1/01_g.tif", 3],
      ["manual1/01_h.tif", 1],
      ["mask/01_g_mask.tif", 1],
      ["mask/02_h_mask.tif", 3],
    ] as const) {
      const file = join(twin, path);
      expect([await tiffCompression(file), (await sharp(file).metadata()).channels]).toEqual(["deflate", channels]);
    }
    const { cases } = await hrf()(twin);
    for (const one of cases) {
      const [image, label, inside] = await Promise.all([one.image(), one.label(), one.fieldOfView()]);
      expect([image.height, image.width, image.channels, label!.height, label!.width]).toEqual([49, 73, 3, 49, 73]);
      expect([...inside!.data]).toEqual(Array.from({ length: height * width }, (_, i) => (disc(Math.floor(i / width), i % width) ? 1 : 0)));
    }
    expect([...(await cases[1]!.label())!.data].filter((value) => value === 1)).toHaveLength(width);
  });

  it("takes the root one level too high or too low, and says so", async () => {
    for (const given of [join(top, "one"), join(twin, "images"), join(twin, "manual1")]) {
      const set = await hrf()(given);
      expect(set.warnings).toEqual([`[hrf] "${twin}" was taken as the root, not "${given}".`, found]);
      expect(set.cases.map(({ id }) => id)).toEqual(ids);
    }
    expect(await Promise.all([twin, join(top, "one")].map(detect))).toEqual(["hrf", "hrf"]);
  });

  it("refuses a picture without mask, unless told; says which fields of view and which pictures are missing", async () => {
    const root = await fresh("bare");
    await rm(join(root, "manual1/02_g.tif"));
    await expect(hrf()(root)).rejects.toThrow(
      userError(
        "picture-without-mask",
        '[hrf] picture "images/02_g.jpg" has no mask. Expected "manual1/02_g.tif". Add it, or set unlabelled: true.',
      ),
    );
    await rm(join(root, "mask/01_dr_mask.tif"));
    await rm(join(root, "images/01_h.jpg"));
    await put(root, "images/01_g.JPEG", "");
    const set = await hrf({ unlabelled: true })(root);
    expect([await set.cases.at(-2)!.label(), await set.cases[0]!.fieldOfView()]).toEqual([null, null]);
    expect(set.warnings).toEqual([
      "[hrf] 5 pictures found, the whole set has 45.",
      expect.stringMatching(/^\[hrf\] "images\/01_g\.(jpg|JPEG)" was left out: the same was found under another name\.$/),
      '[hrf] 2 files belong to no picture, first "manual1/01_h.tif": left out.',
      "[hrf] 1 of 5 pictures have no field of view: every pixel of them counts.",
    ]);
  });

  it("refuses masks of another size, and another folder", async () => {
    const root = await fresh("size");
    await put(root, "manual1/01_dr.tif", await pictureFile("a.tif", height, width - 1, () => [0], "deflate"));
    await expect((await hrf()(root)).cases[0]!.label()).rejects.toThrow(
      userError(
        "mask-size",
        '[hrf] "manual1/01_dr.tif" is 72x49, its picture "images/01_dr.JPG" is 73x49 (width x height). Expected one size. Nothing is resized silently: correct the files or their names.',
      ),
    );
    const empty = await mkdtemp(join(top, "empty-"));
    await expect(hrf()(empty)).rejects.toThrow(
      userError(
        "not-that-data-set",
        `[hrf] "${empty}" does not hold this data set, nor does a folder in it or above it. Expected images/01_dr.JPG, images/01_g.jpg, images/01_h.jpg, manual1/01_dr.tif, mask/01_dr_mask.tif, … 15_h. Give the folder that the download unpacks to.`,
      ),
    );
  });
});
