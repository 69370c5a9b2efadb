import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeDataset } from "@segdistill/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { pictureFile, put, rowsOf } from "../testing/twin.js";
import { cvcClinicDb } from "./cvc-clinicdb.js";

const [height, width] = [28, 38];

/** Frames 1 to 27; the mask of frame n marks row n, RGB for frame 2. */
async function writeTwin(root: string, ending: "tif" | "png"): Promise<void> {
  for (let n = 1; n <= 27; n++) {
    const colour = (row: number, column: number): number[] => [row, column, n];
    const on = (row: number): number => (row === n ? 255 : 0);
    await put(root, `Original/${n}.${ending}`, await pictureFile(`a.${ending}`, height, width, colour));
    await put(
      root,
      `Ground Truth/${n}.${ending}`,
      await pictureFile(`a.${ending}`, height, width, (row) => (n === 2 ? [on(row), on(row), on(row)] : [on(row)])),
    );
  }
}

let top: string;
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), "segdistill-cvc-"));
  await writeTwin(join(top, "CVC-ClinicDB"), "tif");
  await writeTwin(join(top, "kaggle", "PNG"), "png");
});
afterAll(() => rm(top, { recursive: true }));
const twin = (): string => join(top, "CVC-ClinicDB");

describeDataset({ describe, it }, "cvc-clinicdb, a generated twin", () => cvcClinicDb()(twin()));
describeDataset({ describe, it }, "cvc-clinicdb by frame", () => cvcClinicDb({ leaky: true })(twin()));

const order = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => `Original/${from + i}`);

describe("cvc-clinicdb, a generated twin", () => {
  it.each([
    ["TIFF", () => twin(), []],
    ["PNG, one level below", () => join(top, "kaggle"), [1]],
  ])("reads %s, pairs by number, groups by sequence", async (_, root, found) => {
    const set = await cvcClinicDb()(root());
    expect(set.cases.map(({ id }) => id)).toEqual(order(1, 27));
    expect(set.cases.map(({ group }) => group)).toEqual([...Array<string>(25).fill("01"), "02", "02"]);
    expect(set.warnings).toEqual([
      ...found.map(() => `[cvc-clinicdb] "${join(root(), "PNG")}" was taken as the root, not "${root()}".`),
      "[cvc-clinicdb] 27 pictures found, the whole set has 612.",
      "[cvc-clinicdb] groups are sequences, by ranges of frame numbers that were not verified; several may be of one patient.",
    ]);
    expect(set.classes).toEqual(["background", "polyp"]);
    const labels = await Promise.all(set.cases.map(async (one) => rowsOf(await one.label())));
    expect(labels).toEqual(order(1, 27).map((__, i) => ({ [i + 1]: 1 })));
    const image = await set.cases[25]!.image();
    expect([image.height, image.width, image.channels, ...image.data.subarray(3 * (width + 7), 3 * (width + 8))]).toEqual([
      28, 38, 3, 1, 7, 26,
    ]);
  });

  it("divides all 612 frames by sequence, or by frame under names that say so", async () => {
    const root = join(top, "names");
    for (let n = 0; n <= 613; n++) for (const folder of ["Original", "Ground Truth"]) await put(root, `${folder}/${n}.tif`, "");
    const set = await cvcClinicDb()(root);
    // The first frame of every sequence, as datasets.md 2.15 lists them.
    const first = [1, 26, 51, 68, 79, 104, 127, 152, 178, 200, 206, 228, 253, 278, 298, 318, 343, 364, 384, 409, 429, 448, 467, 479, 504, 529, 547, 572, 592]; // prettier-ignore
    expect(set.cases.flatMap(({ group }, i) => (group === set.cases[i - 1]?.group ? [] : [[i + 1, Number(group)]]))).toEqual(
      first.map((frame, i) => [frame, i + 1]),
    );
    expect(set.splits).toEqual({ train: order(1, 447), validation: order(448, 503), test: order(504, 612), all: order(1, 612) });
    expect(set.warnings[0]).toBe('[cvc-clinicdb] 4 files are no part of the set by their names, first "Ground Truth/0.tif": left out.');
    const leaky = await cvcClinicDb({ leaky: true })(root);
    expect(Object.entries(leaky.splits).map(([name, ids]) => [name, ids.length])).toEqual([
      ["leaky-train", 490],
      ["leaky-validation", 61],
      ["leaky-test", 61],
      ["all", 612],
    ]);
    expect(new Set(["leaky-train", "leaky-validation", "leaky-test"].flatMap((part) => leaky.splits[part]!)).size).toBe(612);
    expect(leaky.warnings[1]).toBe("[cvc-clinicdb] leaky: neighbouring frames are almost equal and stand on both sides of the split.");
  });

  it("says which mask is missed, which has no frame, and which is of another size", async () => {
    const root = join(top, "faults");
    await writeTwin(root, "tif");
    await put(root, "Ground Truth/4.tif", await pictureFile("a.tif", height - 1, width, () => [0]));
    await put(root, "Ground Truth/6.tif", await pictureFile("a.tif", height, width - 1, () => [0]));
    const set = await cvcClinicDb()(root);
    await expect(set.cases[3]!.label()).rejects.toThrow(
      userError(
        "mask-size",
        '[cvc-clinicdb] "Ground Truth/4.tif" is 38x27, its picture "Original/4.tif" is 38x28 (width x height). Expected one size. Nothing is resized silently: correct the files or their names.',
      ),
    );
    await expect(set.cases[5]!.label()).rejects.toThrow(
      '"Ground Truth/6.tif" is 37x28, its picture "Original/6.tif" is 38x28 (width x height).',
    );
    await rm(join(root, "Ground Truth/3.tif"));
    await expect(cvcClinicDb()(root)).rejects.toThrow(
      userError(
        "picture-without-mask",
        '[cvc-clinicdb] picture "Original/3.tif" has no mask. Expected "Ground Truth/3.tif". Add it, or set unlabelled: true.',
      ),
    );
    await rm(join(root, "Original/3.tif"));
    await rm(join(root, "Original/5.tif"));
    await expect(cvcClinicDb()(root)).rejects.toThrow(
      userError(
        "mask-without-picture",
        '[cvc-clinicdb] 1 of 26 masks have no picture: "Ground Truth/5.tif". Expected a picture of the same name for each. Add the pictures, or list the masks under skip.',
      ),
    );
  });
});
