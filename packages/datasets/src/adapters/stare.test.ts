import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { DataSet } from "@segdistill/core/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { stare } from "./stare.js";

const [height, width] = [61, 70];
const numbers = ["im0002", "im0235", "im0236"];

function picture(first: readonly number[]): Buffer {
  const pixels = Buffer.alloc(3 * height * width);
  for (let i = 0; i < height * width; i++)
    pixels.set(Math.hypot(Math.floor(i / width) - 30, (i % width) - 35) <= 28 ? [160, 90, 30] : [20, 12, 8], 3 * i);
  pixels.set(first);
  return Buffer.concat([Buffer.from("P6\n70 61\n255\n", "latin1"), pixels]);
}

function drawing(header: string, row: number, thickness: number): Buffer {
  const pixels = Buffer.alloc(height * width);
  pixels.fill(255, row * width, (row + thickness) * width);
  return Buffer.concat([Buffer.from(header, "latin1"), pixels]);
}

const headers = [
  "P5 70 61 255\n",
  "P5\n# CREATOR: XV Version 3.10a\n70 61\n255\n",
  "P5\n# CREATOR: XV Version 3.10a\n# CREATOR: again\n70 61\n255\n",
] as const;

async function writeTwin(folder: string): Promise<void> {
  for (const part of ["stare-images", "labels-ah", "labels-vk"]) await mkdir(join(folder, part), { recursive: true });
  // White space and "#" among the first pixels: a parser that goes on skipping them loses its place.
  await writeFile(join(folder, "stare-images/im0002.ppm.gz"), gzipSync(picture([10, 13, 0x23, 10, 32, 13])));
  await writeFile(join(folder, "stare-images/im0235.ppm"), picture([1, 2, 3]));
  await writeFile(join(folder, "stare-images/im0236.ppm"), gzipSync(picture([4, 5, 6])));
  for (const [i, number] of numbers.entries()) {
    await writeFile(join(folder, `labels-ah/${number}.ah.ppm.gz`), gzipSync(drawing(headers[i]!, 20 + i, 2)));
    await writeFile(join(folder, `labels-vk/${number}.vk.pgm`), drawing(headers[2 - i]!, 20 + i, 4));
  }
  await writeFile(join(folder, "SOURCE.txt"), "no part of the set");
}

const rows = (from: number, thickness: number): number[] =>
  Array.from({ length: height * width }, (_, i) => (Math.floor(i / width) >= from && Math.floor(i / width) < from + thickness ? 1 : 0));

describe("stare, a generated twin", () => {
  let folder: string;
  let twin: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "segdistill-stare-"));
    twin = join(folder, "one", "stare");
    await writeTwin(twin);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("takes 0235 and 0236 as one eye and everything as one part", async () => {
    const set = await stare()(twin);
    const ids = numbers.map((number) => `stare-images/${number}`);
    expect(set.cases.map(({ id, group }) => [id, group])).toEqual([
      [ids[0], "im0002"],
      [ids[1], "im0235"],
      [ids[2], "im0235"],
    ]);
    expect(set.splits).toEqual({ all: ids });
    expect(set.warnings).toEqual(["[stare] 3 pictures found, the whole set has 20."]);
  });

  it("reads all header forms, packed or not, and pixels that look like a header", async () => {
    const set = await stare()(twin);
    for (const [i, one] of set.cases.entries()) {
      expect([...(await one.label())!.data]).toEqual(rows(20 + i, 2));
      expect([...(await one.secondObserver())!.data]).toEqual(rows(20 + i, 4));
    }
    const image = await set.cases[0]!.image();
    expect([image.height, image.width, image.channels]).toEqual([61, 70, 3]);
    expect([...image.data.subarray(0, 9)]).toEqual([10, 13, 0x23, 10, 32, 13, 20, 12, 8]);
    expect([...(await set.cases[2]!.image()).data.subarray(0, 3)]).toEqual([4, 5, 6]);
    const inside = await set.cases[1]!.fieldOfView();
    // A disc of radius 28 has about 28² π = 2463 pixels.
    const count = inside!.data.reduce((a, b) => a + b, 0);
    expect(count).toBeGreaterThan(2350);
    expect(count).toBeLessThan(2550);
  });

  it("changes the observers on request", async () => {
    const set = await stare({ observer: "vk" })(twin);
    expect([...(await set.cases[0]!.label())!.data]).toEqual(rows(20, 4));
    expect([...(await set.cases[0]!.secondObserver())!.data]).toEqual(rows(20, 2));
  });

  it("takes the root one level too high or too low, and says so", async () => {
    const high = await stare()(join(folder, "one"));
    expect(high.warnings[0]).toBe(`[stare] "${twin}" was taken as the root, not "${join(folder, "one")}".`);
    const low = await stare()(join(twin, "stare-images"));
    expect(low.warnings[0]).toBe(`[stare] "${twin}" was taken as the root, not "${join(twin, "stare-images")}".`);
    expect(low.cases.map(({ id }) => id)).toEqual(high.cases.map(({ id }) => id));
  });

  it("takes one flat folder, where a picture may lie twice, and a second observer may be missing", async () => {
    const flat = join(folder, "flat");
    await writeTwin(flat);
    for (const number of numbers) await rename(join(flat, `labels-ah/${number}.ah.ppm.gz`), join(flat, `${number}.ah.ppm.gz`));
    await rename(join(flat, "stare-images/im0002.ppm.gz"), join(flat, "im0002.ppm.gz"));
    await writeFile(join(flat, "im0002.ppm"), picture([10, 13, 0x23]));
    for (const number of ["im0235", "im0236"]) await rename(join(flat, `stare-images/${number}.ppm`), join(flat, `${number}.ppm`));
    await rm(join(flat, "labels-vk"), { recursive: true });
    const set = await stare()(flat);
    expect(set.cases.map(({ id }) => id)).toEqual(numbers);
    expect([...(await set.cases[2]!.label())!.data]).toEqual(rows(22, 2));
    expect(await set.cases[2]!.secondObserver()).toBeNull();
    expect(set.warnings.slice(1)).toEqual([
      "[stare] 3 of 3 pictures have no mask of the second observer.",
      '[stare] "im0002.ppm.gz" was left out: the same picture was found before under another name.',
    ]);
    await expect(stare({ observer: "vk" })(flat)).rejects.toThrow(
      userError(
        "picture-without-mask",
        '[stare] 3 of 3 pictures have no mask: "im0002.ppm", "im0235.ppm", "im0236.ppm". Expected "labels-vk/im0002.vk.ppm.gz" for the first. Add them, or set unlabelled: true.',
      ),
    );
  });
});

const real = new URL("../../../../../shared/data/stare", import.meta.url).pathname;

describe.skipIf(!existsSync(real))("stare, the published set", () => {
  let set: DataSet;
  beforeAll(async () => {
    set = await stare()(real);
  });

  it("has 20 pictures of 19 eyes", () => {
    const official = [1, 2, 3, 4, 5, 44, 77, 81, 82, 139, 162, 163, 235, 236, 239, 240, 255, 291, 319, 324];
    expect(set.cases.map(({ id }) => Number(id.replace("stare-images/im", "")))).toEqual(official);
    expect(new Set(set.cases.map(({ group }) => group)).size).toBe(19);
    expect(set.warnings).toEqual([]);
  });

  it("agrees with the numbers of datasets.md 2.2: sizes, vessels of both observers, field of view, their agreement", async () => {
    const count = (mask: Uint8Array): number => mask.reduce((a, b) => a + b, 0);
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const [dice, ah, vk]: [number[], number[], number[]] = [[], [], []];
    for (const one of set.cases) {
      const [image, label, second, inside] = [await one.image(), await one.label(), await one.secondObserver(), await one.fieldOfView()];
      const all = 605 * 700;
      expect([image.height, image.width, image.channels, label!.height, label!.width]).toEqual([605, 700, 3, 605, 700]);
      expect(count(inside!.data) / all).toBeGreaterThan(0.725);
      expect(count(inside!.data) / all).toBeLessThan(0.835);
      expect(count(label!.data.map((value, i) => value & (1 - inside!.data[i]!))) / count(label!.data)).toBeLessThan(0.0002);
      ah.push(count(label!.data) / all);
      vk.push(count(second!.data) / all);
      dice.push((2 * count(label!.data.map((value, i) => value & second!.data[i]!))) / (count(label!.data) + count(second!.data)));
    }
    expect(mean(dice)).toBeCloseTo(0.74, 3);
    expect([mean(ah), mean(vk)].map((share) => share.toFixed(3))).toEqual(["0.076", "0.109"]);
  });
});
