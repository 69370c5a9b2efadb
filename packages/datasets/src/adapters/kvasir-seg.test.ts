import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeDataset } from "@segdistill/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { readMask } from "../readers/picture.js";
import { pictureFile, put } from "../testing/twin.js";
import { kvasirSeg } from "./kvasir-seg.js";

const named = (n: number): string => `cju${String(n).padStart(4, "0")}qkwl35piu0993l0d`.padEnd(25, "x");
const sizes = [[37, 45], [52, 31], [40, 64]] as const; // prettier-ignore
/** A polyp whose border crosses the JPEG's blocks of eight pixels. */
const isPolyp = (row: number, column: number, n: number): boolean => (row - 18) ** 2 + (column - 15) ** 2 < (8 + n) ** 2;

let top: string;
let twin: string;
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), "segdistill-kvasir-"));
  twin = join(top, "Kvasir-SEG");
  for (const [n, [height, width]] of sizes.entries()) {
    await put(twin, `images/${named(n)}.jpg`, await pictureFile("a.jpg", height, width, (row, column) => [200, 3 * row, 2 * column]));
    const mask = (row: number, column: number): number[] => Array<number>(3).fill(isPolyp(row, column, n) ? 255 : 0);
    await put(twin, `masks/${named(n)}.jpg`, await pictureFile("a.jpg", height, width, mask));
  }
  await put(twin, "kavsir_bboxes.json", "{}");
});
afterAll(() => rm(top, { recursive: true }));

describeDataset({ describe, it }, "kvasir-seg, a generated twin", () => kvasirSeg()(twin));

describe("kvasir-seg, a generated twin", () => {
  it("pairs by name; a picture is a group", async () => {
    const set = await kvasirSeg()(top);
    const ids = [0, 1, 2].map((n) => `images/${named(n)}`);
    expect(set.cases.map(({ id, group }) => [id, group])).toEqual(ids.map((id) => [id, id]));
    expect(set.splits).toEqual({ train: [ids[2]], validation: [ids[0]], test: [ids[1]], all: ids });
    expect(set.classes).toEqual(["background", "polyp"]);
    expect(set.warnings).toEqual([
      `[kvasir-seg] "${twin}" was taken as the root, not "${top}".`,
      "[kvasir-seg] 3 pictures found, the whole set has 1000.",
      "[kvasir-seg] patients unknown: every picture is a group of its own. Give group, if you know more.",
    ]);
  });

  it("cuts JPEG masks at 128: what the compression left around the border counts for nothing", async () => {
    const set = await kvasirSeg()(twin);
    for (const [n, [height, width]] of sizes.entries()) {
      const drawn = Array.from({ length: height * width }, (_, i) => (isPolyp(Math.floor(i / width), i % width, n) ? 1 : 0));
      const label = await set.cases[n]!.label();
      expect([label!.height, label!.width, [...label!.data]]).toEqual([height, width, drawn]);
      const { data } = await readMask(join(twin, `masks/${named(n)}.jpg`));
      expect([...data].filter((value) => value > 0 && value < 128).length).toBeGreaterThan(50);
    }
  });

  it("takes of ten ids in order the first for validation and the second for test", async () => {
    const root = join(top, "names");
    for (let n = 0; n < 32; n++) for (const folder of ["images", "masks"]) await put(root, `${folder}/${named(n)}.jpg`, "");
    const { train, validation, test } = (await kvasirSeg()(root)).splits;
    const of = (...numbers: number[]): string[] => numbers.map((n) => `images/${named(n)}`);
    expect([validation, test, train!.length]).toEqual([of(0, 10, 20, 30), of(1, 11, 21, 31), 24]);
  });

  it("says which mask is missed and what it takes for this set", async () => {
    const root = join(top, "bare");
    for (const path of [`images/${named(1)}.jpg`, `images/${named(2)}.jpg`, `masks/${named(2)}.jpg`]) await put(root, path, "");
    await expect(kvasirSeg()(root)).rejects.toThrow(
      userError(
        "picture-without-mask",
        `[kvasir-seg] picture "images/${named(1)}.jpg" has no mask. Expected "masks/${named(1)}.jpg". Add it, or set unlabelled: true.`,
      ),
    );
    const other = join(top, "other", "deep");
    for (const folder of ["images", "masks"]) await put(other, `${folder}/1.jpg`, "");
    await expect(kvasirSeg()(other)).rejects.toThrow(
      userError(
        "not-that-data-set",
        `[kvasir-seg] "${other}" does not hold this data set, nor does a folder in it or above it. Expected images/cju0qkwl35piu0993l0dewei2.jpg, masks/cju0qkwl35piu0993l0dewei2.jpg, …. Give the folder that the download unpacks to.`,
      ),
    );
  });
});

const real = new URL("../../../../../shared/data/kvasir_seg", import.meta.url).pathname;

describe.skipIf(!existsSync(real))("kvasir-seg, five published pictures", () => {
  it("have masks of their size; what is neither black nor white in these is under one in a hundred pixels", async () => {
    const set = await kvasirSeg()(real);
    const sizes: number[][] = [];
    for (const one of set.cases) {
      const [image, label] = [await one.image(), await one.label()];
      sizes.push([image.width, image.height]);
      expect([image.channels, label!.width, label!.height]).toEqual([3, image.width, image.height]);
      const share = label!.data.reduce((a, b) => a + b, 0) / label!.data.length;
      expect(share).toBeGreaterThan(0.01);
      expect(share).toBeLessThan(0.6);
    }
    expect(sizes).toEqual([[622, 529], [1348, 1070], [619, 529], [622, 528], [617, 528]]); // prettier-ignore
  });
});
