import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeDataset } from "@segdistill/core/testing";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { paletteGif } from "../testing/palette-gif.js";
import { tiffCompression } from "../testing/tiff-compression.js";
import { pictureFile, put, rowsOf } from "../testing/twin.js";
import { detect } from "./detect.js";
import { drive } from "./drive.js";

const [height, width] = [59, 57];
const disc = (row: number, column: number): boolean => Math.hypot(row - 29, column - 28) <= 26;

/** A drawing in which index 0 is white and 1 black: read as indices it would be inverted. */
const gif = (...frames: readonly ((row: number, column: number) => boolean)[]): Buffer =>
  paletteGif(height, width, [[255, 255, 255], [0, 0, 0]], // prettier-ignore
    frames.map((on) => Uint8Array.from({ length: height * width }, (_, i) => (on(Math.floor(i / width), i % width) ? 0 : 1))),
  ); // prettier-ignore

/** Training 21, 38 and test 01, 02; the truth of picture n marks row n, the second observer row n + 1. Everything here is made: no pixel of DRIVE. */
async function writeTwin(root: string, hasTestManuals: boolean): Promise<void> {
  for (const [part, numbers] of [["training", ["21", "38"]], ["test", ["01", "02"]]] as const) // prettier-ignore
    for (const number of numbers) {
      const n = Number(number);
      const colour = (row: number, column: number): number[] => [row, column, n];
      await put(root, `${part}/images/${number}_${part}.tif`, await pictureFile("a.tif", height, width, colour, "lzw"));
      await put(root, `${part}/mask/${number}_${part}_mask.gif`, gif(disc));
      if (part === "test" && !hasTestManuals) continue;
      // A second frame, of another drawing, that nobody may read.
      const frames = [(row: number) => row === n, ...(n === 21 ? [(row: number) => row > 40] : [])];
      await put(root, `${part}/1st_manual/${number}_manual1.gif`, gif(...frames));
      if (part === "test")
        await put(
          root,
          `${part}/2nd_manual/${number}_manual2.gif`,
          gif((row) => row === n + 1),
        );
    }
}

let top: string;
let today: string;
let older: string;
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), "segdistill-drive-"));
  [today, older] = [join(top, "today", "DRIVE"), join(top, "older", "DRIVE")];
  await writeTwin(today, false);
  await writeTwin(older, true);
  await put(older, "readme.txt", "no part of the set");
  await put(older, "training/images/._21_training.tif", "no part of the set");
});
afterAll(() => rm(top, { recursive: true }));
const fresh = async (name: string): Promise<string> => {
  await cp(older, join(top, name), { recursive: true });
  return join(top, name);
};

describeDataset({ describe, it }, "drive, a generated twin", () => drive()(older));
describeDataset({ describe, it }, "drive without the test manuals", () => drive()(today));

const ids = ["test/images/01_test", "test/images/02_test", "training/images/21_training", "training/images/38_training"];
const found = "[drive] 4 pictures found, the whole set has 40.";

describe("drive, a generated twin", () => {
  it("has training 21-36, validation 37-40, test 01-20, a person a picture", async () => {
    const set = await drive()(older);
    expect(set.cases.map(({ id, group, domain, spacingMm }) => [id, group, domain, spacingMm])).toEqual(
      ids.map((id, i) => [id, ["01", "02", "21", "38"][i], "drive", null]),
    );
    expect(set.splits).toEqual({ train: [ids[2]], validation: [ids[3]], test: ids.slice(0, 2), all: ids });
    expect([set.name, ...set.classes]).toEqual(["drive", "background", "vessel"]);
    expect(set.warnings).toEqual([found]);
  });

  it("puts 36 and 37 on their sides of the split", async () => {
    const root = join(top, "names");
    for (let n = 1; n <= 40; n++) {
      const [number, part] = [String(n).padStart(2, "0"), n > 20 ? "training" : "test"];
      for (const path of [`images/${number}_${part}.tif`, `1st_manual/${number}_manual1.gif`, `mask/${number}_${part}_mask.gif`])
        await put(root, `${part}/${path}`, "");
    }
    const { splits, warnings } = await drive()(root);
    const training = (from: number, to: number): string[] =>
      Array.from({ length: to - from + 1 }, (_, i) => `training/images/${from + i}_training`);
    expect([splits["train"], splits["validation"]]).toEqual([training(21, 36), training(37, 40)]);
    expect([splits["test"]!.length, splits["all"]!.length, warnings]).toEqual([20, 40, []]);
  });

  it("reads LZW TIFF, and GIF through its palette: the first frame only", async () => {
    expect(await tiffCompression(join(older, "training/images/21_training.tif"))).toBe("lzw");
    const many = await sharp(join(older, "training/1st_manual/21_manual1.gif"), { animated: true }).metadata();
    expect(many.pages).toBe(2);
    const { cases } = await drive()(older);
    const labels = await Promise.all(cases.map(async (one) => rowsOf(await one.label())));
    expect(labels).toEqual([{ 1: 1 }, { 2: 1 }, { 21: 1 }, { 38: 1 }]);
    const seconds = await Promise.all(cases.map((one) => one.secondObserver()));
    expect([rowsOf(seconds[0]!), rowsOf(seconds[1]!), seconds[2], seconds[3]]).toEqual([{ 2: 1 }, { 3: 1 }, null, null]);
    for (const [i, one] of cases.entries()) {
      const image = await one.image();
      expect([image.height, image.width, image.channels]).toEqual([59, 57, 3]);
      expect([...image.data.subarray(3 * (7 * width + 9), 3 * (7 * width + 10))]).toEqual([7, 9, [1, 2, 21, 38][i]]);
    }
  });

  it("takes the field of view from its file", async () => {
    for (const one of (await drive()(older)).cases) {
      const inside = await one.fieldOfView();
      expect([inside!.height, inside!.width]).toEqual([59, 57]);
      expect([...inside!.data]).toEqual(Array.from({ length: height * width }, (_, i) => (disc(Math.floor(i / width), i % width) ? 1 : 0)));
    }
    const root = await fresh("bare");
    await rm(join(root, "test/mask/02_test_mask.gif"));
    const set = await drive()(root);
    expect(set.warnings).toEqual([found, "[drive] 1 of 4 pictures have no field of view: every pixel of them counts."]);
    expect([await set.cases[1]!.fieldOfView(), await set.fingerprint()]).toEqual([null, expect.not.stringMatching(await (await drive()(older)).fingerprint())]); // prettier-ignore
  });

  it("loads test pictures without manuals, as today's download has them: label null", async () => {
    const set = await drive()(today);
    expect(set.cases.map(({ id }) => id)).toEqual(ids);
    expect(set.warnings).toEqual([
      found,
      "[drive] 2 of 2 test pictures have no manual: their labels are null, and nothing can be measured on them. Older downloads hold test/1st_manual.",
    ]);
    expect(set.splits["test"]).toEqual(ids.slice(0, 2));
    for (const one of set.cases.slice(0, 2)) {
      expect([await one.label(), await one.secondObserver()]).toEqual([null, null]);
      expect((await one.fieldOfView())!.data.some((value) => value === 1)).toBe(true);
    }
    expect(rowsOf(await set.cases[2]!.label())).toEqual({ 21: 1 });
  });

  it("refuses a training picture without manual, unless told that labels may lack", async () => {
    const root = await fresh("training");
    await rm(join(root, "training/1st_manual/38_manual1.gif"));
    await expect(drive()(root)).rejects.toThrow(
      userError(
        "picture-without-mask",
        '[drive] picture "training/images/38_training.tif" has no mask. Expected "training/1st_manual/38_manual1.gif". Add it, or set unlabelled: true.',
      ),
    );
    const set = await drive({ unlabelled: true })(root);
    expect([await set.cases[3]!.label(), set.warnings]).toEqual([null, [found]]);
  });

  it("takes the root one level too high or too low, and says so", async () => {
    for (const given of [join(top, "older"), join(older, "training"), join(older, "test")]) {
      const set = await drive()(given);
      expect(set.warnings).toEqual([`[drive] "${older}" was taken as the root, not "${given}".`, found]);
      expect(set.cases.map(({ id }) => id)).toEqual(ids);
    }
    expect(await Promise.all([older, join(top, "today")].map(detect))).toEqual(["drive", "drive"]);
  });

  it("takes names in other letters; leaves out what belongs to nothing or is there twice", async () => {
    const root = await fresh("letters");
    await rename(join(root, "training/images/38_training.tif"), join(root, "training/images/38_TRAINING.TIF"));
    await rename(join(root, "training/mask/38_training_mask.gif"), join(root, "training/mask/38_training_MASK.GIF"));
    await put(root, "training/1st_manual/22_manual1.gif", "");
    await put(root, "test/images/02_test.tiff", "");
    await put(
      root,
      "test/1st_manual/01_manual1.GIF",
      gif((row) => row === 50),
    );
    await put(root, "test/images/03_training.tif", "");
    const set = await drive()(root);
    expect(set.cases.map(({ id }) => id)).toEqual([...ids.slice(0, 3), "training/images/38_TRAINING"]);
    expect(set.splits["validation"]).toEqual(["training/images/38_TRAINING"]);
    expect(rowsOf(await set.cases[3]!.label())).toEqual({ 38: 1 });
    expect(rowsOf(await set.cases[0]!.label())).toEqual({ 1: 1 });
    expect((await set.cases[3]!.fieldOfView())!.data[29 * width + 28]).toBe(1);
    expect(set.warnings).toEqual([
      found,
      '[drive] "test/1st_manual/01_manual1.GIF" was left out: the same was found under another name.',
      '[drive] "test/images/02_test.tiff" was left out: the same was found under another name.',
      '[drive] 1 files belong to no picture, first "training/1st_manual/22_manual1.gif": left out.',
    ]);
  });

  it("refuses masks and fields of view of another size, a broken GIF, and another folder", async () => {
    const root = await fresh("size");
    const small = paletteGif(height - 1, width, [[0, 0, 0]], [new Uint8Array((height - 1) * width)]);
    await put(root, "training/1st_manual/21_manual1.gif", small);
    await put(root, "test/mask/01_test_mask.gif", small);
    await put(root, "test/1st_manual/02_manual1.gif", gif(() => true).subarray(0, 2000));
    const { cases } = await drive()(root);
    const sizes = (mask: string, picture: string): Error =>
      userError(
        "mask-size",
        `[drive] "${mask}" is 57x58, its picture "${picture}" is 57x59 (width x height). Expected one size. Nothing is resized silently: correct the files or their names.`,
      );
    await expect(cases[2]!.label()).rejects.toThrow(sizes("training/1st_manual/21_manual1.gif", "training/images/21_training.tif"));
    await expect(cases[0]!.fieldOfView()).rejects.toThrow(sizes("test/mask/01_test_mask.gif", "test/images/01_test.tif"));
    await expect(cases[1]!.label()).rejects.toThrow(
      /02_manual1\.gif" cannot be read\. .* found bytes that no decoder takes \(another format, or damaged\)\./,
    );
    const empty = await mkdtemp(join(top, "empty-"));
    await expect(drive()(empty)).rejects.toThrow(
      userError(
        "not-that-data-set",
        `[drive] "${empty}" does not hold this data set, nor does a folder in it or above it. Expected training/images/21_training.tif, training/1st_manual/21_manual1.gif, training/mask/21_training_mask.gif, test/images/01_test.tif, …. Give the folder that the download unpacks to.`,
      ),
    );
  });
});
