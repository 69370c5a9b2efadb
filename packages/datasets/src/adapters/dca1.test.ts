import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeDataset } from "@segdistill/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { pictureFile, put, rowsOf, type Pixel } from "../testing/twin.js";
import { dca1, type Dca1Options } from "./dca1.js";

const [height, width] = [28, 30];
const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100, 101];

/** A PGM, binary or as text, with a comment in its header where it is text. */
function pgm(pixel: (row: number, column: number) => number, isText: boolean): Buffer {
  const values = Array.from({ length: height * width }, (_, i) => pixel(Math.floor(i / width), i % width));
  return isText
    ? Buffer.from(`P2\n# made\n${width} ${height}\n255\n${values.join("\n")}\n`, "latin1")
    : Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`, "latin1"), Buffer.from(values)]);
}

/** Rows of one value each: what is cut at 128 and what is not. */
const nearlyTwoValued = (row: number): number => ({ 4: 1, 5: 100, 6: 127, 7: 128, 8: 130, 9: 254 })[row] ?? 0;

/** Every third file is text; the mask of picture n marks row n (of 9, some of 4 to 9). */
async function writeTwin(root: string): Promise<void> {
  for (const [i, number] of numbers.entries()) {
    await put(root, `${number}.pgm`, pgm((row, column) => (7 * row + column + number) % 256, i % 3 === 0)); // prettier-ignore
    const marks = (row: number): number => (number === 9 ? nearlyTwoValued(row) : row === number % 28 ? 255 : 0);
    await put(root, `${number}_gt.pgm`, pgm(marks, i % 3 === 1)); // prettier-ignore
  }
  await put(root, "readme.txt", "no part of the set");
}

let top: string;
let twin: string;
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), "segdistill-dca1-"));
  twin = join(top, "DB", "Database_134_Angiograms");
  await writeTwin(twin);
});
afterAll(() => rm(top, { recursive: true }));
const fresh = async (name: string): Promise<string> => {
  const folder = join(top, name);
  await writeTwin(folder);
  return folder;
};

describeDataset({ describe, it }, "dca1, a generated twin", () => dca1()(twin), { cases: 12 });

describe("dca1, a generated twin", () => {
  it("pairs by name in natural order; 1 to 100 are train, 101 to 134 test, a picture is a group", async () => {
    const set = await dca1()(twin);
    const ids = numbers.map(String);
    expect(set.cases.map(({ id, group }) => [id, group])).toEqual(ids.map((id) => [id, id]));
    expect(set.splits).toEqual({ train: ids.slice(0, 11), test: ["101"], all: ids });
    expect([set.name, set.domain, ...set.classes]).toEqual(["dca1", "dca1", "background", "vessel"]);
    expect(set.warnings).toEqual([
      "[dca1] 12 pictures found, the whole set has 134.",
      "[dca1] patients unknown: every picture is a group of its own. Give group, if you know more.",
    ]);
  });

  it("reads binary and text, and cuts a mask of more than two values at 128", async () => {
    const { cases } = await dca1()(twin);
    const labels = await Promise.all(cases.map(async (one) => rowsOf(await one.label())));
    expect(labels).toEqual(numbers.map((number) => (number === 9 ? { 7: 1, 8: 1, 9: 1 } : { [number % 28]: 1 })));
    for (const at of [0, 1, 2]) {
      const image = await cases[at]!.image();
      expect([image.height, image.width, image.channels, image.data[0], image.data[2 * width + 5]]).toEqual([28, 30, 1, at + 1, 20 + at]);
    }
    expect([await cases[0]!.fieldOfView(), await cases[0]!.secondObserver(), cases[0]!.spacingMm]).toEqual([null, null, null]);
  });

  it("takes the root one level too high, and says so", async () => {
    const set = await dca1()(join(top, "DB"));
    expect(set.cases).toHaveLength(12);
    expect(set.warnings[0]).toBe(`[dca1] "${twin}" was taken as the root, not "${join(top, "DB")}".`);
  });

  it("refuses a mask without picture, a picture without mask, two pictures of one number", async () => {
    const folder = await fresh("orphan");
    await rm(join(folder, "10.pgm"));
    await expect(dca1()(folder)).rejects.toThrow(
      userError(
        "mask-without-picture",
        '[dca1] 1 of 12 masks have no picture: "10_gt.pgm". Expected a picture of the same name for each. Add the pictures, or list the masks under skip.',
      ),
    );
    expect((await dca1({ skip: ["10_gt.pgm"] })(folder)).cases).toHaveLength(11);
    await rm(join(folder, "1_gt.pgm"));
    // Not "maskSuffix: 0 pairs 1 of 1": suffixes are no option here, though "10" begins with "1".
    await expect(dca1()(folder)).rejects.toThrow(
      userError("picture-without-mask", '[dca1] picture "1.pgm" has no mask. Expected "1_gt.pgm". Add it, or set unlabelled: true.'),
    );
    await rm(join(folder, "10_gt.pgm"));
    const set = await dca1({ unlabelled: true })(folder);
    expect(await set.cases[0]!.label()).toBeNull();
    await put(folder, "2.PGM", "");
    await expect(dca1()(folder)).rejects.toThrow(
      userError(
        "two-pictures",
        '[dca1] "2.PGM" and "2.pgm" are pictures of one name. Expected one file a name. Take one of them away, or list it under skip.',
      ),
    );
  });

  it("refuses two masks of one number without naming options that it has not; tells of files that are no part", async () => {
    const folder = await fresh("twice");
    await put(folder, "2_GT.pgm", "");
    await put(folder, "other.pgm", "");
    await expect(dca1()(folder)).rejects.toThrow(
      userError(
        "two-masks",
        '[dca1] picture "2.pgm" has 2 masks: "2_GT.pgm", "2_gt.pgm". Expected one. Take one away, or list it under skip.',
      ),
    );
    const set = await dca1({ skip: ["2_GT.pgm", "2_gt.pgm"], unlabelled: true })(folder);
    expect(set.cases).toHaveLength(12);
    expect(set.warnings).toContain('[dca1] 1 files are no part of the set by their names, first "other.pgm": left out.');
  });

  it("takes groups from a file; the usual split of a group is refused", async () => {
    const folder = await fresh("groups");
    const csv = (last: string): string => `id,group\n${numbers.map((n) => `${n},${n === 101 ? last : n > 8 ? "p" : n}`).join("\n")}\n`;
    await put(folder, "patients.csv", csv("q"));
    const set = await dca1({ group: { csv: "patients.csv" } })(folder);
    expect(set.cases.map(({ group }) => group).slice(7)).toEqual(["8", "p", "p", "p", "q"]);
    expect(set.warnings).toEqual(["[dca1] 12 pictures found, the whole set has 134."]);
    await put(folder, "patients.csv", csv("p"));
    await expect(dca1({ group: { csv: "patients.csv" } })(folder)).rejects.toThrow(
      userError(
        "group-divided",
        '[dca1] the split divides a group: "p". Expected all pictures of a group in one part. Move them together.',
      ),
    );
  });

  it("knows no split of the 134 that shares patients, and says what it expected of a folder", async () => {
    await expect(dca1({ leaky: true })(twin)).rejects.toThrow(
      userError(
        "leaky-without-source",
        `[dca1] leaky is set, and "${twin}" holds the 134 pictures in one folder. Expected training/ and testing/ of the 80, whose split shares patients. Take leaky out.`,
      ),
    );
    const empty = await mkdtemp(join(top, "empty-"));
    await expect(dca1()(empty)).rejects.toThrow(
      userError(
        "not-that-data-set",
        `[dca1] "${empty}" does not hold this data set, nor does a folder in it or above it. Expected 1.pgm, 1_gt.pgm, … 134_gt.pgm in one folder, or training/1.png, training/1_gt.png, testing/1.png, …. Give the folder that the download unpacks to.`,
      ),
    );
  });
});

const grey: Pixel = (row, column) => [9 * row + column];
const both = ["training", "testing"] as const;

describe("dca1, a generated twin of cimat80", () => {
  let root: string;
  beforeAll(async () => {
    root = join(top, "cimat80");
    const [image, mask] = [await pictureFile("a.png", 8, 11, grey), await pictureFile("a.png", 8, 11, (row) => [row === 3 ? 200 : 0])];
    for (const folder of both)
      for (let n = 1; n <= 40; n++) {
        await put(root, `${folder}/${n}.png`, image);
        await put(root, `${folder}/${n}_gt.png`, mask);
      }
  });
  const open = (options: Dca1Options = {}) => dca1(options)(root);
  describeDataset({ describe, it }, "cimat80", () => open());
  describeDataset({ describe, it }, "cimat80 as published", () => open({ leaky: true }));

  /** `3 5-7` as ids. */
  const of = (folder: string, text: string): string[] =>
    text.split(" ").flatMap((one) => {
      const [from = 0, to = from] = one.split("-").map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => `${folder}/${from + i}`);
    });

  it("has the split of datasets.md 5.3: 42, 10 and 27 pictures in 24, 7 and 20 groups, one picture left out", async () => {
    const set = await open();
    const { train, validation, test, all } = set.splits;
    expect(test).toEqual(of("testing", "1-4 7 9 11 13-16 18 20 22 24-28 31 32 34-39"));
    expect(validation).toEqual(of("training", "4 9 12 14 15 23 33 34 36 40"));
    expect(train).toEqual([
      ...of("testing", "5 6 8 10 12 17 19 21 23 29 30 33 40"),
      ...of("training", "1-3 5-8 10 11 13 16-22 24-32 35 37 39"),
    ]);
    expect([train!.length, validation!.length, test!.length, all!.length]).toEqual([42, 10, 27, 79]);
    const groupOf = new Map(set.cases.map(({ id, group }) => [id, group]));
    expect([train!, validation!, test!].map((ids) => new Set(ids.map((id) => groupOf.get(id))).size)).toEqual([24, 7, 20]);
    expect(all).not.toContain("training/38");
    expect([set.name, set.domain]).toEqual(["dca1", "cimat80"]);
    expect(set.warnings).toEqual([
      '[dca1] "training/38" was left out: it may show the vessels of two test pictures.',
      "[dca1] cimat80: groups are vessel trees told apart by eye; a person's left and right arteries may still stand in two parts.",
    ]);
    // Groups of the user's own do not silence what was left out.
    expect((await open({ group: "^.*$" })).warnings).toEqual(set.warnings.slice(0, 1));
    expect([(await set.cases[0]!.image()).channels, rowsOf(await set.cases[0]!.label())]).toEqual([1, { 3: 1 }]);
  });

  it("joins the trees of datasets.md 5.3, sure, probable and possible ones, and nothing else", async () => {
    const set = await open({ parts: {} });
    const members = new Map<string, string[]>();
    for (const { id, group } of set.cases) members.set(group, [...(members.get(group) ?? []), id.replace(/^t(.).*\//, "t$1")]);
    const joined = [...members.values()].filter((ids) => ids.length > 1).map((ids) => ids.sort());
    const sure =
      "tr2 tr3|tr9 tr12|tr14 tr15|tr36 tr40|tr13 te8|tr17 te10 te40|tr19 te19|tr20 te23|tr21 te29|tr28 te21|tr30 te6|tr31 te5|tr32 te17|te4 te7|te14 te20 te27|te28 te32";
    const probable = "tr5 tr6 tr10|te37 te39 te13|tr22 te30|tr37 te12";
    const possible = "te3 te9 tr38|tr7 te33 tr8|tr11 tr24";
    const expected = [sure, probable, possible].flatMap((list) => list.split("|").map((tree) => tree.split(" ").sort()));
    expect(joined.map((tree) => tree.join(" ")).sort()).toEqual(expected.map((tree) => tree.join(" ")).sort());
  });

  it("offers the folders as published only under names that say what they share", async () => {
    const set = await open({ leaky: true });
    expect(Object.entries(set.splits).map(([name, ids]) => [name, ids.length])).toEqual([
      ["source-train-patients-shared", 40],
      ["source-test-patients-shared", 40],
      ["all", 80],
    ]);
    expect(set.splits["source-test-patients-shared"]).toEqual(of("testing", "1-40"));
    expect(set.warnings).toEqual(["[dca1] leaky: cimat80 shows the same vessels in training and in testing."]);
  });

  it("takes parts written out, beside its own or in their place, and holds them to its groups", async () => {
    const labelled = await open({ parts: { labelled: of("training", "2 3"), others: of("training", "1 5 6") } });
    expect(Object.entries(labelled.splits).map(([name, ids]) => [name, ids.length])).toEqual([
      ["train", 42],
      ["validation", 10],
      ["test", 27],
      ["labelled", 2],
      ["others", 3],
      ["all", 80],
    ]);
    const twice = await open({
      parts: { train: of("training", "1-8 10 11 13 16-22 24-32 35 37 39"), validation: of("training", "4"), test: of("testing", "1-4") },
    }).catch((error: unknown) => error);
    expect(twice).toEqual(
      userError(
        "listed-twice",
        '[dca1] "parts" lists "training/4" in train and in validation. Expected every id in one part, once. Take it out of one.',
      ),
    );
    await expect(open({ parts: { train: of("training", "38 7"), test: of("testing", "3 9 33 1") } })).rejects.toThrow(
      userError(
        "group-divided",
        '[dca1] the split divides 2 groups: "training/38", "training/7". Expected all pictures of a group in one part. Move them together.',
      ),
    );
    const written = await open({ parts: { train: of("training", "1 2 3"), test: ["testing/11.png"] } });
    expect(written.splits).toEqual({ train: of("training", "1 2 3"), test: ["testing/11"], all: written.cases.map(({ id }) => id) });
    expect(written.warnings.at(-1)).toBe("[dca1] 76 of 80 pictures are in no part of the split.");
  });
});

const real = new URL("../../../../../shared/data/cimat80_angiograms", import.meta.url).pathname;

describe.skipIf(!existsSync(real))("dca1, the published cimat80", () => {
  it("has 80 grey pairs of 300x300 with vessels on 3.0 to 10.9 % of the pixels, three masks of more than two values among them", async () => {
    const set = await dca1({ leaky: true })(real);
    expect(set.warnings).toHaveLength(1);
    const shares: number[] = [];
    for (const one of set.cases) {
      const [image, label] = [await one.image(), await one.label()];
      expect([image.height, image.width, image.channels, label!.height, label!.width]).toEqual([300, 300, 1, 300, 300]);
      shares.push(label!.data.reduce((a, b) => a + b, 0) / 90_000);
    }
    expect([Math.min(...shares), Math.max(...shares)].map((share) => share.toFixed(3))).toEqual(["0.030", "0.109"]);
    expect(shares).toHaveLength(80);
  });

  it("is divided without a tree in two parts", async () => {
    const set = await dca1()(real);
    expect(Object.entries(set.splits).map(([name, ids]) => [name, ids.length])).toEqual([
      ["train", 42],
      ["validation", 10],
      ["test", 27],
      ["all", 79],
    ]);
    expect(await dca1()(real).then((one) => one.fingerprint())).toBe(await set.fingerprint());
  });
});
