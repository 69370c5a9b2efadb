import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeDataset } from "@segdistill/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { oneBitPng } from "../testing/one-bit-png.js";
import { pictureFile, put, rowsOf, type Pixel } from "../testing/twin.js";
import { busi } from "./busi.js";

const [height, width] = [72, 91];
/** Pictures of different numbers have different waves; `noise` adds what a second view of one lesion may differ by. */
const speckle =
  (n: number, noise = 0): Pixel =>
  (row, column) => {
    const value =
      120 + 60 * Math.sin((row * (n + 2)) / 11) * Math.cos((column * ((n % 4) + 1)) / 9 + n) + noise * ((row * 7 + column * 13) % 5);
    return [value, value, value];
  };
const line =
  (at: number, on: readonly number[] = [255, 255, 255], off: readonly number[] = [0, 0, 0]): Pixel =>
  (row) =>
    row === at ? on : off;

async function writeTwin(root: string): Promise<void> {
  const png = async (path: string, pixel: Pixel): Promise<void> => put(root, path, await pictureFile(path, height, width, pixel));
  for (const n of [2, 10, 11]) await png(`benign/benign (${n}).png`, speckle(n));
  // Three masks of one picture: one bit, RGB, and RGBA that is clear where it is white.
  await put(
    root,
    "benign/benign (2)_mask.png",
    oneBitPng(height, width, (row) => row === 5),
  );
  await png("benign/benign (2)_mask_1.png", line(6));
  await png("benign/benign (2)_mask_2.png", line(7, [255, 255, 255, 0], [0, 0, 0, 255]));
  for (const n of [10, 11])
    await put(
      root,
      `benign/benign (${n})_mask.png`,
      oneBitPng(height, width, (row) => row === n),
    );
  await png("malignant/malignant (1).png", speckle(1));
  await png("malignant/malignant (2).png", speckle(10, 2)); // benign (10) once more, with noise
  for (const n of [1, 2])
    await put(
      root,
      `malignant/malignant (${n})_mask.png`,
      oneBitPng(height, width, (row) => row === 20 + n),
    );
  await png("normal/normal (1).png", speckle(5));
  await png("normal/normal (1)_mask.png", line(-1));
}

let top: string;
let twin: string;
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), "segdistill-busi-"));
  twin = join(top, "BUSI", "Dataset_BUSI_with_GT");
  await writeTwin(twin);
});
afterAll(() => rm(top, { recursive: true }));
const fresh = async (name: string): Promise<string> => {
  await writeTwin(join(top, name));
  return join(top, name);
};

describeDataset({ describe, it }, "busi, a generated twin", () => busi()(twin));
describeDataset({ describe, it }, "busi with normals, by class", () => busi({ normals: true, byClass: true })(twin));

const ids = ["benign/benign (2)", "benign/benign (10)", "benign/benign (11)", "malignant/malignant (1)", "malignant/malignant (2)"];

describe("busi, a generated twin", () => {
  it("leaves normals out, sorts as people count, joins pictures that differ by noise, also across classes", async () => {
    const set = await busi()(join(top, "BUSI"));
    expect(set.cases.map(({ id }) => id)).toEqual(ids);
    expect(set.cases.map(({ group }) => group)).toEqual([ids[0], ids[1], ids[2], ids[3], ids[1]]);
    expect(set.classes).toEqual(["background", "lesion"]);
    expect(set.warnings).toEqual([
      `[busi] "${twin}" was taken as the root, not "${join(top, "BUSI")}".`,
      "[busi] 6 pictures found, the whole set has 780.",
      "[busi] patients unknown: 5 pictures make 4 groups by their likeness; others may be of one woman. Give group, if you know more.",
    ]);
  });

  it("unites masks of one bit, RGB and RGBA; alpha counts for nothing", async () => {
    const { cases } = await busi()(twin);
    const labels = await Promise.all(cases.map(async (one) => rowsOf(await one.label())));
    expect(labels).toEqual([{ 5: 1, 6: 1, 7: 1 }, { 10: 1 }, { 11: 1 }, { 21: 1 }, { 22: 1 }]);
    const image = await cases[1]!.image();
    expect([image.height, image.width, image.channels]).toEqual([72, 91, 3]);
  });

  it("keeps normals with empty masks and tells benign from malignant on request", async () => {
    const set = await busi({ normals: true, byClass: true })(twin);
    expect(set.classes).toEqual(["background", "benign", "malignant"]);
    const labels = await Promise.all(set.cases.map(async (one) => rowsOf(await one.label())));
    expect(labels).toEqual([{ 5: 1, 6: 1, 7: 1 }, { 10: 1 }, { 11: 1 }, { 21: 2 }, { 22: 2 }, {}]);
    expect(set.cases[5]!.id).toBe("normal/normal (1)");
    expect((await set.cases[5]!.label())!.data).toHaveLength(height * width);
  });

  it("refuses a mask of another size, which can be skipped by name", async () => {
    const root = await fresh("size");
    await put(root, "benign/benign (2)_mask_1.png", await pictureFile("a.png", width, height, line(3)));
    const set = await busi()(root);
    await expect(set.cases[0]!.label()).rejects.toThrow(
      userError(
        "mask-size",
        '[busi] "benign/benign (2)_mask_1.png" is 72x91, its picture "benign/benign (2).png" is 91x72 (width x height). Expected one size. Nothing is resized silently: correct the files or their names.',
      ),
    );
    const rest = await busi({ skip: ["benign/benign (2)_mask_1.png"] })(root);
    expect(rowsOf(await rest.cases[0]!.label())).toEqual({ 5: 1, 7: 1 });
  });

  it("refuses pictures without mask and masks without picture; leaves out what lies in another class's folder", async () => {
    const root = await fresh("bare");
    await rm(join(root, "malignant/malignant (1)_mask.png"));
    await expect(busi()(root)).rejects.toThrow(
      userError(
        "picture-without-mask",
        '[busi] picture "malignant/malignant (1).png" has no mask. Expected "malignant/malignant (1)_mask.png". Add it, or set unlabelled: true.',
      ),
    );
    expect(await (await busi({ unlabelled: true })(root)).cases[3]!.label()).toBeNull();
    await rm(join(root, "malignant/malignant (1).png"));
    await rm(join(root, "benign/benign (2).png"));
    await expect(busi()(root)).rejects.toThrow(
      userError(
        "mask-without-picture",
        '[busi] 3 of 6 masks have no picture: "benign/benign (2)_mask.png", "benign/benign (2)_mask_1.png", "benign/benign (2)_mask_2.png". Expected a picture of the same name for each. Add the pictures, or list the masks under skip.',
      ),
    );
    await put(root, "malignant/benign (7).png", "");
    const set = await busi({ skip: ["benign/benign (2)*"] })(root);
    expect(set.cases.map(({ id }) => id)).toEqual([ids[1], ids[2], ids[4]]);
    expect(set.warnings).toContain('[busi] 1 files are no part of the set by their names, first "malignant/benign (7).png": left out.');
  });

  it("divides groups class by class: of ten eight are train, one validation, one test", async () => {
    const root = join(top, "many");
    const groups: string[] = [];
    const add = async (kind: string, from: number, to: number, group: (n: number) => string): Promise<void> => {
      for (let n = from; n <= to; n++) {
        for (const end of ["", "_mask"]) await put(root, `${kind}/${kind} (${n})${end}.png`, "");
        groups.push(`${kind}/${kind} (${n}),${group(n)}`);
      }
    };
    await add("benign", 1, 21, (n) => `b${n}`);
    // 4 and 5 are one group; 12 shows a benign lesion, and goes where that went.
    await add("malignant", 1, 12, (n) => (n === 5 ? "m4" : n === 12 ? "b9" : `m${n}`));
    await put(root, "women.csv", `id,group\n${groups.join("\n")}\n`);
    const { splits, warnings } = await busi({ group: { csv: "women.csv" } })(root);
    const of = (kind: string, ...numbers: number[]): string[] => numbers.map((n) => `${kind}/${kind} (${n})`);
    expect(splits["validation"]).toEqual([...of("benign", 9, 19), ...of("malignant", 10, 12)]);
    expect(splits["test"]).toEqual([...of("benign", 10, 20), ...of("malignant", 11)]);
    expect(splits["train"]).toHaveLength(33 - 4 - 3);
    expect(warnings).toEqual(["[busi] 33 pictures found, the whole set has 780."]);
  });

  it("says what it expected where there is another folder", async () => {
    const empty = await mkdtemp(join(top, "empty-"));
    await expect(busi()(empty)).rejects.toThrow(
      userError(
        "not-that-data-set",
        `[busi] "${empty}" does not hold this data set, nor does a folder in it or above it. Expected benign/benign (1).png, benign/benign (1)_mask.png, malignant/…, normal/…. Give the folder that the download unpacks to.`,
      ),
    );
  });
});

const real = new URL("../../../../../shared/data/busi", import.meta.url).pathname;

describe.skipIf(!existsSync(real))("busi, published pictures", () => {
  const numbered = (kind: string, from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, i) => `${kind}/${kind} (${from + i})`);

  it("are 34 with a lesion and 12 without; (3) to (9) of the malignant ones are one group, all others on their own", async () => {
    const set = await busi({ normals: true })(real);
    expect(set.cases.map(({ id }) => id)).toEqual([
      ...numbered("benign", 15, 24),
      ...numbered("malignant", 1, 24),
      ...numbered("normal", 1, 12),
    ]);
    const joined = set.cases.filter(({ id, group }) => id !== group);
    expect(joined.map(({ id, group }) => [id, group])).toEqual(numbered("malignant", 4, 9).map((id) => [id, "malignant/malignant (3)"]));
    for (const one of set.cases) {
      const [image, label] = [await one.image(), await one.label()];
      expect([image.channels, label!.height, label!.width]).toEqual([3, image.height, image.width]);
      const count = label!.data.reduce((a, b) => a + b, 0);
      expect(count > 500).toBe(!one.id.startsWith("normal"));
    }
  });

  it("in cropped form hold one mask of another size, which is refused with both sizes", async () => {
    const set = await busi()(join(real, "cropped_416"));
    expect(set.cases).toHaveLength(14);
    await expect(set.cases[3]!.label()).rejects.toThrow(
      userError(
        "mask-size",
        '[busi] "benign/benign (4)_mask_1.png" is 555x465, its picture "benign/benign (4).png" is 416x416 (width x height). Expected one size. Nothing is resized silently: correct the files or their names.',
      ),
    );
  });
});
