import type { Case, DataSet, Mask, Raster } from "../../contract/index.js";
import { expect, test } from "vitest";
import { failures, verdicts } from "../collecting.js";
import { describeDataset } from "./describe-dataset.js";

const [height, width] = [3, 5];
const checks = [
  "ids are unique and safe as paths",
  "it opens alike every time",
  "the part all names every case once",
  "parts name whole groups",
  "names, warnings and spacing are well formed",
  "labels are of the classes",
  "image, label and field of view agree",
  "a case reads alike every time",
  "the fingerprint follows from the contents",
  "opening reads no picture",
] as const;
type Name = (typeof checks)[number];

let reads = 0;
const raster = (more: Partial<Raster> = {}): Raster => ({ height, width, channels: 2, data: new Uint8Array(30).fill(7), ...more });
const mask = (value = 1, more: Partial<Mask> = {}): Mask => ({ height, width, data: new Uint8Array(15).fill(value), ...more });
const give = <T>(value: T) => {
  return (): Promise<T> => Promise.resolve(value);
};
function one(id: string, group: string, more: Partial<Case> = {}): Case {
  const image = (): Promise<Raster> => {
    reads++;
    return Promise.resolve(raster());
  };
  return {
    id,
    group,
    domain: "d",
    spacingMm: [0.5, 1],
    image,
    label: give(mask()),
    fieldOfView: give(mask()),
    secondObserver: give(null),
    ...more,
  };
}
interface Changes extends Partial<DataSet> {
  /** What is other in the first case. */
  readonly first?: Partial<Case>;
}
/** An honest set of four cases in two groups, but for what is changed. */
function honest({ first, ...more }: Changes = {}): DataSet {
  const cases = [one("p/1", "p", first), one("p/2", "p"), one("q/1", "q"), one("q/2", "q")];
  return {
    name: "four",
    domain: "d",
    classes: ["background", "vessel"],
    cases,
    splits: { train: ["p/1", "p/2"], test: ["q/1", "q/2"], all: ["p/1", "p/2", "q/1", "q/2"] },
    warnings: [],
    fingerprint: give("a".repeat(64)),
    ...more,
  };
}
let opened = 0;
const failed = (open: () => Promise<DataSet>): Promise<Readonly<Record<string, string>>> =>
  failures((runner) => describeDataset(runner, "four", open, { pictureReads: () => reads }));
const whole = { train: ["p/1", "p/2"], test: ["q/1", "q/2"], all: ["p/1", "p/2", "q/1", "q/2"] };

test("an honest set passes every check; without a count of readings there is one less", async () => {
  const all = await verdicts((runner) => describeDataset(runner, "four", give(honest()), { pictureReads: () => reads }));
  expect(Object.fromEntries(all)).toEqual(Object.fromEntries(checks.map((name) => [name, null])));
  const fewer = await verdicts((runner) => describeDataset(runner, "four", give(honest())));
  expect([...fewer.keys()]).toEqual(checks.slice(0, -1));
});

/** What is broken, the check that has to tell it, its words, and which others fall with it. */
const broken: [string, () => DataSet, Name, string, Name[]?][] = [
  [
    "no case",
    () => honest({ cases: [] }),
    "ids are unique and safe as paths",
    "[four] expected at least one case; found none. Open it on a folder with pictures, or on a small twin of one.",
    [...checks],
  ],
  [
    "two cases of one id",
    () => honest({ cases: [one("p/1", "p"), one("p/1", "p")], splits: { all: ["p/1"] } }),
    "ids are unique and safe as paths",
    '[four] expected ids that are unique in the set; found "p/1" twice. Make the id of the path below the root.',
  ],
  ...["../p", "/p", "p//1", "p\\1", "C:p", "p/\u0000", "", "./p"].map((id): [string, () => DataSet, Name, string] => [
    `the id ${JSON.stringify(id)}`,
    () => honest({ cases: [one(id, "p")], splits: { all: [id] } }),
    "ids are unique and safe as paths",
    `[four] expected ids that are relative paths with "/", without "..", empty parts or control characters; found ${JSON.stringify(id)}. Make the id of the path below the root, without extension.`,
  ]),
  [
    "cases in another order every time",
    () => {
      const set = honest();
      return opened++ % 2 === 1 ? set : { ...set, cases: [...set.cases].reverse() };
    },
    "it opens alike every time",
    '[four] expected the same ids whenever it is opened; found ["p/1","p/2","q/1","q/2"], then ["q/2","q/1","p/2","p/1"]. Sort what the file system gives, and draw nothing at random.',
  ],
  [
    "another split every time",
    () => honest(opened++ % 2 === 1 ? {} : { splits: { train: ["q/1", "q/2"], test: ["p/1", "p/2"], all: whole.all } }),
    "it opens alike every time",
    '[four] expected the same parts whenever it is opened; found {"train":["p/1","p/2"],"test":["q/1","q/2"],"all":["p/1","p/…, then {"train":["q/1","q/2"],"test":["p/1","p/2"],"all":["p/1","p/…. Sort what the file system gives, and draw nothing at random.',
  ],
  [
    "no part all",
    () => honest({ splits: { train: ["p/1", "p/2"] } }),
    "the part all names every case once",
    '[four] expected a part "all"; found parts "train". Add splits.all with the ids of every case.',
  ],
  [
    "a case that is not in all",
    () => honest({ splits: { ...whole, all: ["p/1", "p/2", "q/1"] } }),
    "the part all names every case once",
    '[four] expected every case once in the part "all"; found "q/2" missing or there twice. Let splits.all be cases.map(({ id }) => id).',
  ],
  [
    "a case twice in all",
    () => honest({ splits: { ...whole, all: [...whole.all, "q/2"] } }),
    "the part all names every case once",
    '[four] expected every case once in the part "all"; found "q/2" missing or there twice. Let splits.all be cases.map(({ id }) => id).',
  ],
  [
    "a group that is divided",
    () => honest({ splits: { ...whole, train: ["p/1", "p/2", "q/1"], test: [] } }),
    "parts name whole groups",
    '[four] expected whole groups in every part; found 1 of 2 cases of group "q" in "train". Split by group, never by case.',
  ],
  [
    "a group to train and to test on",
    () => honest({ splits: { ...whole, test: whole.all } }),
    "parts name whole groups",
    '[four] expected no group in two of train, validation and test; found group "p" in "train" and "test". Give each group to one of them.',
  ],
  [
    "a part with an id that no case has",
    () => honest({ splits: { ...whole, train: ["p/1", "p/2", "p/3"] } }),
    "parts name whole groups",
    '[four] expected ids of cases in the part "train", each once; found "p/3". Write the ids as the cases have them.',
  ],
  [
    "an empty warning",
    () => honest({ warnings: ["partial download", " "] }),
    "names, warnings and spacing are well formed",
    '[four] expected warning 1 to be a text that is not empty; found " ". Say in it what a user should know.',
  ],
  [
    "a warning that is no text",
    () => honest({ warnings: [{ text: "partial" } as unknown as string] }),
    "names, warnings and spacing are well formed",
    '[four] expected warning 0 to be a text that is not empty; found {"text":"partial"}. Say in it what a user should know.',
  ],
  [
    "two classes of one name",
    () => honest({ classes: ["vessel", "vessel"] }),
    "names, warnings and spacing are well formed",
    '[four] expected two or more classes with names of their own; found "vessel", "vessel". Name the background first, then every class.',
  ],
  [
    "a slice that its volume does not have",
    () => honest({ first: { volume: { id: "v", slice: 3, slices: 3, spacingMm: null } } }),
    "names, warnings and spacing are well formed",
    '[four] expected case "p/1" as a slice of volume "v" that no other case is, from 0 to 2; found 3. Count the slices of a volume from 0, each once.',
  ],
  [
    "a spacing of 0",
    () => honest({ first: { spacingMm: [0, 1] } }),
    "names, warnings and spacing are well formed",
    '[four] expected [row, column] above 0 in mm, or null, as spacing of case "p/1"; found [0,1]. Give null where the set has none.',
  ],
  [
    "a label value without a class",
    () => honest({ first: { label: give(mask(2)) } }),
    "labels are of the classes",
    "[four] expected labels of 0 to 1, or 255 where nothing is known; found 2 in case \"p/1\". Turn the file's values into class indices, or add the class's name.",
  ],
  [
    "a second observer's value without a class",
    () => honest({ first: { secondObserver: give(mask(254)) } }),
    "labels are of the classes",
    "[four] expected labels of 0 to 1, or 255 where nothing is known; found 254 in case \"p/1\". Turn the file's values into class indices, or add the class's name.",
  ],
  [
    "a label of another size",
    () => honest({ first: { label: give(mask(1, { height: width, width: height })) } }),
    "image, label and field of view agree",
    '[four] expected the label of case "p/1" as large as its image, 3 × 5; found 5 × 3. Pair the files by name, and refuse a pair of two sizes.',
  ],
  [
    "an image with too few numbers",
    () => honest({ first: { image: give(raster({ data: new Uint8Array(29) })) } }),
    "image, label and field of view agree",
    '[four] expected 30 numbers in the image of case "p/1" (3 × 5 × 2); found 29. Let data hold one number a pixel and channel, row by row.',
    ["opening reads no picture"], // its image is not one that is counted
  ],
  [
    "a pixel that is no number",
    () => honest({ first: { image: give(raster({ data: new Float32Array(30).fill(NaN) })) } }),
    "image, label and field of view agree",
    '[four] expected finite pixels in the image of case "p/1"; found NaN or infinity. Replace what the file leaves out while reading.',
    ["opening reads no picture"],
  ],
  [
    "grey among colours",
    () =>
      honest({
        cases: [one("p/1", "p"), one("p/2", "p", { image: give(raster({ channels: 1, data: new Uint8Array(15) })) })],
        splits: { all: ["p/1", "p/2"] },
      }),
    "image, label and field of view agree",
    '[four] expected 2 channels in every image; found 1 in case "p/2". Read every picture in one form.',
  ],
  [
    "a field of view of 255",
    () => honest({ first: { fieldOfView: give(mask(255)) } }),
    "image, label and field of view agree",
    '[four] expected 0 and 1 in the field of view of case "p/1"; found 255. Make 1 of every value that is inside.',
  ],
  [
    "a label that is drawn at random while reading",
    () => honest({ first: { label: () => Promise.resolve(mask(opened++ % 2)) } }),
    "a case reads alike every time",
    '[four] expected the same label of case "p/1" whenever it is read; found other bytes. Draw nothing at random while reading, and write into no picture that was given out.',
  ],
  [
    "a fingerprint that is a date",
    () => honest({ fingerprint: give("2026-11-26") }),
    "the fingerprint follows from the contents",
    '[four] expected a fingerprint of 64 hexadecimal digits; found "2026-11-26". Give the SHA-256 over sorted (id, size, SHA-256 of the file).',
  ],
  [
    "a fingerprint that changes",
    () => {
      const digit = String(opened++ % 2);
      return honest({ fingerprint: give(digit.repeat(64)) });
    },
    "the fingerprint follows from the contents",
    `[four] expected the same fingerprint whenever it is opened; found ${"0".repeat(64)}, then ${"1".repeat(64)}. Sort what the file system gives, and draw nothing at random.`,
  ],
  [
    "pictures that are read while it is opened",
    () => {
      const set = honest();
      for (const { image } of set.cases) void image();
      return set;
    },
    "opening reads no picture",
    "[four] expected no picture read while the set is opened; found 4 read. Read inside image() and label(), not before.",
  ],
  [
    "a count of readings that counts nothing",
    () => honest({ first: { image: give(raster()) } }),
    "opening reads no picture",
    "[four] expected pictureReads to count a picture that is read; found the same number as before. Count where pictures are read, or leave pictureReads out.",
  ],
];

test.each(broken)("%s: told by one check, and by a stated set of others", async (_, open, check, message, others = []) => {
  opened = 0;
  const found = await failed(() => Promise.resolve(open()));
  expect(found[check]).toBe(message);
  expect(Object.keys(found).sort()).toEqual([...new Set([check, ...others])].sort());
});

test("every check has something broken that it tells", () => {
  expect([...new Set(broken.map(([, , check]) => check))].sort()).toEqual([...checks].sort());
});

test("of a large set some cases are read, the first and the last among them", async () => {
  const seen: string[] = [];
  const cases = Array.from({ length: 50 }, (_, i) => {
    const id = String(i);
    return one(id, id, { label: () => (seen.push(id), Promise.resolve(mask())) });
  });
  const ids = cases.map(({ id }) => id);
  const found = await failures((runner) => describeDataset(runner, "fifty", give(honest({ cases, splits: { all: ids } })), { cases: 3 }));
  expect([found, [...new Set(seen)]]).toEqual([{}, ["0", "25", "49"]]);
});
