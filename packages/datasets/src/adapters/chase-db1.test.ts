import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataSet } from "@segdistill/core/contract";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { oneBitPng } from "../testing/one-bit-png.js";
import { chaseDb1 } from "./chase-db1.js";

const [height, width] = [47, 53];
/** A vessel of the twin: three rows, at other places for each observer and picture. */
const isVessel = (row: number, offset: number): boolean => row >= offset && row < offset + 3;

const stems = ["01L", "01R", "09L", "09R", "12L", "12R"].map((eye) => `Image_${eye}`);

async function writeTwin(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [i, stem] of stems.entries()) {
    const pixels = Buffer.alloc(height * width * 3);
    for (let p = 0; p < height * width; p++) {
      const disc = Math.hypot(Math.floor(p / width) - 23, (p % width) - 26) <= 21;
      pixels.set(disc ? [150, 90, 40] : [2, 1, 0], 3 * p);
    }
    await sharp(pixels, { raw: { height, width, channels: 3 } })
      .jpeg({ quality: 95 })
      .toFile(join(folder, `${stem}.jpg`));
    await writeFile(
      join(folder, `${stem}_1stHO.png`),
      oneBitPng(height, width, (row) => isVessel(row, 10 + i)),
    );
    if (stem !== "Image_09R")
      await writeFile(
        join(folder, `${stem}_2ndHO.png`),
        oneBitPng(height, width, (row) => isVessel(row, 11 + i)),
      );
  }
  await writeFile(join(folder, "SOURCE.txt"), "no part of the set");
  await writeFile(join(folder, "._Image_01L.jpg"), "no part of the set");
}

describe("chase-db1, a generated twin", () => {
  let folder: string;
  let twin: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "segdistill-chase-"));
    twin = join(folder, "CHASEDB1", "CHASEDB1");
    await writeTwin(twin);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("pairs by name, groups by child, splits by child, and says what is missing", async () => {
    const set = await chaseDb1()(twin);
    expect(set.cases.map(({ id, group }) => [id, group])).toEqual(stems.map((stem) => [stem, stem.slice(6, 8)]));
    expect(set.splits).toEqual({ train: stems.slice(0, 2), validation: stems.slice(2, 4), test: stems.slice(4), all: stems });
    expect(set.classes).toEqual(["background", "vessel"]);
    expect(set.warnings).toEqual([
      "[chase-db1] 6 pictures found, the whole set has 28.",
      "[chase-db1] 1 of 6 pictures have no mask of the second observer.",
    ]);
  });

  it("reads picture, both observers and the field of view", async () => {
    const set = await chaseDb1()(twin);
    const [image, label, second, inside] = await Promise.all([
      set.cases[4]!.image(),
      set.cases[4]!.label(),
      set.cases[4]!.secondObserver(),
      set.cases[4]!.fieldOfView(),
    ]);
    expect([image.height, image.width, image.channels]).toEqual([47, 53, 3]);
    const expected = (offset: number): number[] =>
      Array.from({ length: height * width }, (_, i) => (isVessel(Math.floor(i / width), offset) ? 1 : 0));
    expect([...label!.data]).toEqual(expected(14));
    expect([...second!.data]).toEqual(expected(15));
    // A disc of radius 21 has about 21² π = 1385 pixels.
    const count = inside!.data.reduce((a, b) => a + b, 0);
    expect(count).toBeGreaterThan(1300);
    expect(count).toBeLessThan(1500);
    expect([inside!.data[23 * width + 26], inside!.data[0]]).toEqual([1, 0]);
    expect(await set.cases[3]!.secondObserver()).toBeNull();
  });

  it("takes the root one level too high, and says so", async () => {
    const set = await chaseDb1()(join(folder, "CHASEDB1"));
    expect(set.cases[0]!.id).toBe("Image_01L");
    expect(set.warnings[0]).toBe(`[chase-db1] "${twin}" was taken as the root, not "${join(folder, "CHASEDB1")}".`);
  });

  it("has a fingerprint that a changed mask changes and another place does not", async () => {
    const other = join(folder, "moved");
    await writeTwin(other);
    const before = await (await chaseDb1()(other)).fingerprint();
    expect(before).toBe(await (await chaseDb1()(twin)).fingerprint());
    await copyFile(join(other, "Image_01L_2ndHO.png"), join(other, "Image_01L_1stHO.png"));
    expect(await (await chaseDb1()(other)).fingerprint()).not.toBe(before);
  });

  it("refuses a picture without mask, unless told that labels may lack", async () => {
    const other = join(folder, "bare");
    await writeTwin(other);
    await rm(join(other, "Image_09L_1stHO.png"));
    await expect(chaseDb1()(other)).rejects.toThrow(
      userError(
        "picture-without-mask",
        '[chase-db1] picture "Image_09L.jpg" has no mask. Expected "Image_09L_1stHO.png". Add it, or set unlabelled: true.',
      ),
    );
    await rm(join(other, "Image_12R_1stHO.png"));
    await expect(chaseDb1()(other)).rejects.toThrow(
      userError(
        "picture-without-mask",
        '[chase-db1] 2 of 6 pictures have no mask: "Image_09L.jpg", "Image_12R.jpg". Expected "Image_09L_1stHO.png" for the first. Add them, or set unlabelled: true.',
      ),
    );
    const set = await chaseDb1({ unlabelled: true })(other);
    expect(await set.cases[2]!.label()).toBeNull();
  });

  it("refuses a mask of another size", async () => {
    const other = join(folder, "size");
    await writeTwin(other);
    await sharp(join(other, "Image_01L_1stHO.png")).resize(47, 53).png().toFile(join(other, "Image_01R_1stHO.tmp"));
    await copyFile(join(other, "Image_01R_1stHO.tmp"), join(other, "Image_01R_1stHO.png"));
    const set = await chaseDb1()(other);
    await expect(set.cases[1]!.label()).rejects.toThrow(
      userError(
        "mask-size",
        '[chase-db1] "Image_01R_1stHO.png" is 47x53, its picture "Image_01R.jpg" is 53x47 (width x height). Expected one size. Nothing is resized silently: correct the files or their names.',
      ),
    );
  });

  it("says what it expected where there is no folder, no such folder, or another one", async () => {
    await expect(chaseDb1()()).rejects.toThrow(
      userError(
        "no-data-root",
        "[chase-db1] no folder was given. Expected one with Image_01L.jpg, Image_01L_1stHO.png, Image_01L_2ndHO.png, … Image_14R.jpg in one folder; data: the Kingston University research data repository, record 96 (CHASE_DB1, CC BY 4.0). Say where it is with --data chase-db1=PATH, or put it into the folder that SEGDISTILL_DATA names.",
      ),
    );
    const nowhere = join(folder, "nowhere");
    await expect(chaseDb1()(nowhere)).rejects.toThrow(
      userError(
        "data-root-missing",
        `[chase-db1] the folder "${nowhere}" does not exist. Expected the folder of the data. Correct the path: --data chase-db1=PATH.`,
      ),
    );
    const file = join(twin, "SOURCE.txt");
    await expect(chaseDb1()(file)).rejects.toThrow(
      userError(
        "data-root-missing",
        `[chase-db1] "${file}" is a file. Expected the folder of the data, unpacked. Unpack it, and give that folder with --data chase-db1=PATH.`,
      ),
    );
    const empty = await mkdtemp(join(folder, "empty-"));
    await expect(chaseDb1()(empty)).rejects.toThrow(
      userError(
        "not-that-data-set",
        `[chase-db1] "${empty}" does not hold this data set, nor does a folder in it or above it. Expected Image_01L.jpg, Image_01L_1stHO.png, Image_01L_2ndHO.png, … Image_14R.jpg in one folder. Give the folder that the download unpacks to.`,
      ),
    );
  });
});

const real = new URL("../../../../../shared/data/chase_db1", import.meta.url).pathname;

describe.skipIf(!existsSync(real))("chase-db1, the published set", () => {
  let set: DataSet;
  beforeAll(async () => {
    set = await chaseDb1()(real);
  });

  it("has 28 pictures of 14 children, in parts of 16, 4 and 8", () => {
    expect(set.cases).toHaveLength(28);
    expect(set.warnings).toEqual([]);
    expect([...new Set(set.cases.map(({ group }) => group))]).toEqual(Array.from({ length: 14 }, (_, i) => String(i + 1).padStart(2, "0")));
    expect(Object.entries(set.splits).map(([part, ids]) => [part, ids.length])).toEqual([
      ["train", 16],
      ["validation", 4],
      ["test", 8],
      ["all", 28],
    ]);
    expect(set.splits["validation"]).toEqual(["Image_09L", "Image_09R", "Image_10L", "Image_10R"]);
  });

  it("agrees with the numbers of datasets.md 2.3: sizes, vessels, field of view, second observer", async () => {
    const dice: number[] = [];
    for (const one of set.cases) {
      const [image, label, second, inside] = [await one.image(), await one.label(), await one.secondObserver(), await one.fieldOfView()];
      const count = (mask: Uint8Array): number => mask.reduce((a, b) => a + b, 0);
      expect([image.height, image.width, image.channels, label!.height, label!.width]).toEqual([960, 999, 3, 960, 999]);
      const all = 960 * 999;
      expect(count(label!.data) / all).toBeGreaterThan(0.05);
      expect(count(label!.data) / all).toBeLessThan(0.0855);
      expect(count(inside!.data) / all).toBeGreaterThan(0.645);
      expect(count(inside!.data) / all).toBeLessThan(0.705);
      expect(count(label!.data.map((value, i) => value & (1 - inside!.data[i]!))) / count(label!.data)).toBeLessThan(0.0045);
      const both = count(label!.data.map((value, i) => value & second!.data[i]!));
      dice.push((2 * both) / (count(label!.data) + count(second!.data)));
    }
    expect(dice.reduce((a, b) => a + b, 0) / dice.length).toBeCloseTo(0.777, 3);
    expect([Math.min(...dice), Math.max(...dice)].map((value) => value.toFixed(3))).toEqual(["0.739", "0.827"]);
  });
});
