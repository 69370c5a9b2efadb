import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { maskValue } from "../readers/errors.js";
import { userError } from "../errors.js";
import { folder } from "./folder.js";

const [height, width] = [23, 31];
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "segdistill-folder-"));
});
afterEach(() => rm(root, { recursive: true }));

type Pixel = (row: number, column: number) => readonly number[];
async function write(path: string, pixel: Pixel, size: readonly [number, number] = [height, width], palette = false): Promise<void> {
  const channels = pixel(0, 0).length as 1 | 3 | 4;
  const data = Buffer.alloc(size[0] * size[1] * channels);
  for (let i = 0; i < size[0] * size[1]; i++) data.set(pixel(Math.floor(i / size[1]), i % size[1]), i * channels);
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  const picture = sharp(data, { raw: { height: size[0], width: size[1], channels } });
  await writeFile(
    file,
    await (
      /\.jpe?g$/i.test(path) ? picture.jpeg() : channels === 1 ? picture.toColourspace("b-w").png() : picture.png({ palette })
    ).toBuffer(),
  );
}
const text = async (path: string, content: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
};
const grey: Pixel = (row, column) => [row + column, 2 * row, 3 * column];
const line =
  (at: number, on = 255): Pixel =>
  (row) => [row === at ? on : 0];
/** The rows that a mask of lines marks, by class index. */
const rowsOf = (mask: { readonly data: Uint8Array } | null): Record<number, number> =>
  Object.fromEntries(
    [...Array(height).keys()].filter((row) => mask!.data[row * width] !== 0).map((row) => [row, mask!.data[row * width]!]),
  );

/** Seven pairs as datasets.md 3 asks for. */
async function twin(): Promise<void> {
  for (const [path, at] of Object.entries({ a_2: 1, a_10: 2, b_1: 3, "sub/b_1": 4, c_1: 5, c_2: 6 })) {
    await write(`images/${path}.png`, grey);
    if (path !== "c_1" && path !== "c_2") await write(`masks/${path}.png`, line(at));
  }
  await write("images/C_3.PNG", grey);
  await write("masks/C_3.png", (row, column) => (row === 7 ? [255, 255, 255, column % 2 === 0 ? 0 : 255] : [0, 0, 0, 255]));
  await write("masks/c_1.png", (row) => (row === 5 ? [255, 255, 255] : [0, 0, 0]), [height, width], true);
  await write("masks/c_2.png", line(6));
  for (const path of [
    "images/Thumbs.db",
    "images/._a_2.png",
    "masks/.DS_Store",
    "SOURCE.txt",
    "__MACOSX/images/a_2.png",
    "images/notes.md",
  ])
    await text(path, "no part of the set");
}

describe("folder", () => {
  it("pairs seven pictures without any option, in natural order, through palette and alpha", async () => {
    await twin();
    const set = await folder()(root);
    const ids = ["C_3", "a_2", "a_10", "b_1", "c_1", "c_2", "sub/b_1"];
    expect(set.cases.map(({ id }) => id)).toEqual(ids);
    expect(await Promise.all(set.cases.map(async (one) => rowsOf(await one.label())))).toEqual(
      [7, 1, 2, 3, 5, 6, 4].map((row) => ({ [row]: 1 })),
    );
    expect(set.classes).toEqual(["background", "foreground"]);
    expect(set.warnings).toEqual(["[folder] patients unknown: split by image. Give group, if several pictures are of one patient."]);
    expect([set.splits["train"]!.length, set.splits["validation"]!.length, set.splits["test"]!.length]).toEqual([5, 1, 1]);
    expect(set.splits["all"]).toEqual(ids);
    const image = await set.cases[1]!.image();
    expect([image.height, image.width, image.channels, ...image.data.slice(-3)]).toEqual([23, 31, 3, 52, 44, 90]);
    expect(await set.cases[1]!.fieldOfView()).toBeNull();
    expect(set.cases[1]!.spacingMm).toBeNull();
  });

  it("refuses pictures without mask, says which, and which suffix would pair them", async () => {
    for (const n of [1, 2, 3, 4, 5, 6, 7]) await write(`images/p${String(n)}.png`, grey);
    for (const n of [1, 2, 3, 4, 5, 6]) await write(`masks/p${String(n)}_gt.png`, line(n));
    await write("masks/p7.png", line(7));
    await expect(folder()(root)).rejects.toThrow(
      userError(
        "picture-without-mask",
        '[folder] 6 of 7 pictures have no mask: "images/p1.png", "images/p2.png", "images/p3.png", "images/p4.png", "images/p5.png" and 1 more. Expected "masks/p1.png" for the first. maskSuffix: "_gt" pairs 6 of 6: set it.',
      ),
    );
    const set = await folder({ maskSuffix: "_gt" })(root);
    expect(rowsOf(await set.cases[5]!.label())).toEqual({ 6: 1 });
    await rm(join(root, "masks/p2_gt.png"));
    await expect(folder({ maskSuffix: "_gt" })(root)).rejects.toThrow(
      userError(
        "picture-without-mask",
        '[folder] picture "images/p2.png" has no mask. Expected "masks/p2_gt.png". Add it, or set unlabelled: true.',
      ),
    );
    const partly = await folder({ maskSuffix: "_gt", unlabelled: true })(root);
    expect(await partly.cases[1]!.label()).toBeNull();
  });

  it("refuses masks without picture, and leaves out what skip names", async () => {
    await twin();
    await write("masks/d.png", line(1));
    await write("masks/sub/e.png", line(1));
    await expect(folder()(root)).rejects.toThrow(
      userError(
        "mask-without-picture",
        '[folder] 2 of 9 masks have no picture: "masks/d.png", "masks/sub/e.png". Expected a picture of the same name for each. Add the pictures, or list the masks under skip.',
      ),
    );
    const set = await folder({ skip: ["masks/d.png", "**/e.*"] })(root);
    expect(set.cases).toHaveLength(7);
  });

  it("takes several masks of a picture as an error, as their union, or the first", async () => {
    await write("images/x.png", grey);
    await write("images/y.png", grey);
    await write("masks/x_mask.png", line(3));
    await write("masks/x_mask_1.png", line(9));
    await write("masks/y/one.png", line(2));
    await write("masks/y/two.png", line(4));
    await expect(folder({ maskSuffix: "_mask" })(root)).rejects.toThrow(
      userError(
        "two-masks",
        '[folder] picture "images/x.png" has 2 masks: "masks/x_mask.png", "masks/x_mask_1.png" (2 pictures have several). Expected one. Set combine: or (their union) or combine: first.',
      ),
    );
    const both = await folder({ maskSuffix: "_mask", combine: "or" })(root);
    expect(await Promise.all(both.cases.map(async (one) => rowsOf(await one.label())))).toEqual([
      { 3: 1, 9: 1 },
      { 2: 1, 4: 1 },
    ]);
    const first = await folder({ maskSuffix: "_mask", combine: "first" })(root);
    expect(await Promise.all(first.cases.map(async (one) => rowsOf(await one.label())))).toEqual([{ 3: 1 }, { 2: 1 }]);
  });

  it("reads pictures and masks out of one folder by suffix, and asks for one", async () => {
    for (const n of [1, 2, 10]) {
      await write(`benign (${String(n)}).png`, grey);
      await write(`benign (${String(n)})_mask.png`, line(n));
    }
    await expect(folder({ images: ".", masks: "." })(root)).rejects.toThrow(
      userError(
        "same-folder",
        '[folder] images and masks are both "." with the suffix "". Expected something that tells them apart. Set maskSuffix, such as "_mask".',
      ),
    );
    const set = await folder({ images: ".", masks: ".", maskSuffix: "_mask" })(root);
    expect(set.cases.map(({ id }) => id)).toEqual(["benign (1)", "benign (2)", "benign (10)"]);
    expect(rowsOf(await set.cases[2]!.label())).toEqual({ 10: 1 });
  });

  it("reads folders given by pattern", async () => {
    await write("polyp/image/1.png", grey);
    await write("polyp/label/1.png", line(2));
    await write("normal/image/1.jpg", grey);
    await write("normal/label/1.png", line(3));
    const set = await folder({ images: "*/image", masks: "*/label/*.png", group: "parent" })(root);
    expect(set.cases.map(({ id, group }) => [id, group])).toEqual([
      ["normal/1", "normal"],
      ["polyp/1", "polyp"],
    ]);
    expect(rowsOf(await set.cases[1]!.label())).toEqual({ 2: 1 });
  });

  it("refuses two pictures of one name, volumes, and a folder without pictures", async () => {
    await write("images/a.png", grey);
    await write("images/a.jpg", grey);
    await write("masks/a.png", line(1));
    await expect(folder()(root)).rejects.toThrow(
      userError(
        "two-pictures",
        '[folder] "images/a.jpg" and "images/a.png" are pictures of one name. Expected one file a name. Take one of them away, or list it under skip.',
      ),
    );
    await text("images/liver.npz", "a volume");
    await expect(folder()(root)).rejects.toThrow(
      userError(
        "volume-not-read",
        '[folder] "images/liver.npz" is a volume of a format that is not read. Expected .nii, .nii.gz, .nrrd or .mha files, DICOM files for images, or pictures. Convert it, or list it under skip.',
      ),
    );
    await rm(join(root, "images"), { recursive: true });
    await mkdir(join(root, "images"));
    await expect(folder()(root)).rejects.toThrow(
      userError(
        "no-pictures",
        `[folder] no picture was found below "images" in "${root}". Expected PNG, JPEG, TIFF, GIF, PGM or PPM files. Say where they are with the option images.`,
      ),
    );
    await rm(join(root, "images"), { recursive: true });
    await expect(folder()(root)).rejects.toThrow(
      userError(
        "not-that-data-set",
        `[folder] "${root}" does not hold this data set, nor does a folder in it or above it. Expected pictures in "images" and masks of the same names in "masks" (options images and masks). Give the folder that the download unpacks to.`,
      ),
    );
    await expect(folder()()).rejects.toThrow(
      userError(
        "no-data-root",
        '[folder] no folder was given. Expected one with pictures in "images" and masks of the same names in "masks" (options images and masks); data: your own. Say where it is with --data folder=PATH, or put it into the folder that SEGDISTILL_DATA names.',
      ),
    );
  });

  it("pairs with a warning where only case differs, and takes the root one level off", async () => {
    await write("data/images/Eye 1.png", grey);
    await write("data/masks/eye 1.PNG", line(1));
    const set = await folder()(root);
    expect(set.warnings.slice(0, 2)).toEqual([
      `[folder] "${join(root, "data")}" was taken as the root, not "${root}".`,
      '[folder] 1 masks differ from their pictures in upper and lower case, first "masks/eye 1.PNG": paired.',
    ]);
    expect(rowsOf(await set.cases[0]!.label())).toEqual({ 1: 1 });
  });

  it("reads a field of view, paired like the masks", async () => {
    await write("images/a.png", grey);
    await write("masks/a.png", line(1));
    await write("fov/a_fov.png", line(4));
    const set = await folder({ fov: "fov", fovSuffix: "_fov" })(root);
    expect(rowsOf(await set.cases[0]!.fieldOfView())).toEqual({ 4: 1 });
    await expect(folder({ fov: "fov" })(root)).rejects.toThrow(
      userError(
        "field-of-view-missing",
        '[folder] 1 of 1 pictures have no field of view: "images/a.png". Expected "fov/a.png" for the first. Add them, or leave fov out.',
      ),
    );
  });

  it("turns picture, mask and field of view alike", async () => {
    await write("images/a.png", (row, column) => [row, column, 7]);
    await write("masks/a.png", (row, column) => [row === 2 && column === 5 ? 255 : 0]);
    const at = async (orient: "rot90cw" | "rot90ccw" | "rot180" | "flipRows" | "flipColumns"): Promise<number[]> => {
      const [one] = (await folder({ orient, spacingMm: [0.5, 0.25] })(root)).cases;
      const [image, label] = [await one!.image(), await one!.label()];
      const i = label!.data.indexOf(1);
      expect([...image.data.slice(3 * i, 3 * i + 3)]).toEqual([2, 5, 7]);
      return [label!.height, label!.width, Math.floor(i / label!.width), i % label!.width];
    };
    expect(await at("rot90cw")).toEqual([31, 23, 5, 20]);
    expect(await at("rot90ccw")).toEqual([31, 23, 25, 2]);
    expect(await at("rot180")).toEqual([23, 31, 20, 25]);
    expect(await at("flipRows")).toEqual([23, 31, 20, 5]);
    expect(await at("flipColumns")).toEqual([23, 31, 2, 25]);
  });
});

describe("folder, values of masks", () => {
  beforeEach(() => write("images/a.png", grey));

  it("refuses a mask of another size", async () => {
    await write("masks/a.png", line(1), [31, 23]);
    const set = await folder()(root);
    await expect(set.cases[0]!.label()).rejects.toThrow(
      userError(
        "mask-size",
        '[folder] "masks/a.png" is 23x31, its picture "images/a.png" is 31x23 (width x height). Expected one size. Nothing is resized silently: correct the files or their names.',
      ),
    );
  });

  it("refuses a soft mask with its histogram, unless a threshold is given", async () => {
    await write("masks/a.png", (row) => [[0, 40, 100, 130, 255][row % 5]!]);
    const set = await folder()(root);
    // Rows 0…22: five rows each of 0, 40 and 100, four each of 130 and 255.
    await expect(set.cases[0]!.label()).rejects.toThrow(
      userError(
        "soft-mask",
        '[mask] "masks/a.png" is a soft mask. Expected at least 99 % of the pixels within 16 of 0 or 255; found 0-31: 21.7 %, 32-63: 21.7 %, 64-95: 0.0 %, 96-127: 21.7 %, 128-159: 17.4 %, 160-191: 0.0 %, 192-223: 0.0 %, 224-255: 17.4 %. Set threshold: 128 to cut it there.',
      ),
    );
    const cut = await folder({ threshold: 120 })(root);
    expect(Object.keys(rowsOf(await cut.cases[0]!.label())).map(Number)).toEqual([3, 4, 8, 9, 13, 14, 18, 19]);
  });

  it("takes 0 and 1, but not class numbers, for a mask of one class", async () => {
    await write("masks/a.png", line(6, 1));
    expect(rowsOf(await (await folder()(root)).cases[0]!.label())).toEqual({ 6: 1 });
    await write("masks/a.png", (row) => [row < 3 ? 2 : 1]);
    await expect((await folder()(root)).cases[0]!.label()).rejects.toThrow(
      userError(
        "class-numbers",
        '[mask] "masks/a.png" has 93 pixels of value 2 and none above 16. Expected 0 and 1, or 0 and 255. Give the values names under classes, or a number as threshold.',
      ),
    );
  });

  it("maps values, lists and ranges to classes in their order, and refuses others", async () => {
    await write("masks/a.png", (row) => [[0, 63, 126, 127, 255, 0][row] ?? 0]);
    const classes = { kidney: [126, 127], liver: { from: 55, to: 70 } };
    const set = await folder({ classes, ignore: [255] })(root);
    expect(set.classes).toEqual(["background", "kidney", "liver"]);
    expect(rowsOf(await set.cases[0]!.label())).toEqual({ 1: 2, 2: 1, 3: 1, 4: 255 });
    const known = [0, 126, 127, ...Array.from({ length: 16 }, (_, i) => 55 + i)];
    await expect((await folder({ classes })(root)).cases[0]!.label()).rejects.toThrow(maskValue("masks/a.png", 255, 31, known));
  });

  it("maps colours to classes, and refuses others, JPEGs, and a mixture with values", async () => {
    await write("masks/a.png", (row) => (row === 1 ? [255, 0, 0] : row === 2 ? [0, 255, 0] : [0, 0, 0]));
    const set = await folder({ classes: { vein: "#00ff00", artery: "#FF0000" } })(root);
    expect(rowsOf(await set.cases[0]!.label())).toEqual({ 1: 2, 2: 1 });
    await expect((await folder({ classes: { vein: "#00ff00" } })(root)).cases[0]!.label()).rejects.toThrow(
      userError(
        "mask-colour",
        '[mask] "masks/a.png" has 31 pixels of colour #ff0000. Expected only #000000, #00ff00. Give the colour a class.',
      ),
    );
    expect(() => folder({ classes: { vein: "#00ff00", artery: 3 } })).toThrow(
      userError(
        "colours-mixed",
        '[folder] classes mix colours and values. Expected either colours for all or values for all. Write black as "#000000", white as "#ffffff".',
      ),
    );
    await rm(join(root, "masks/a.png"));
    await write("masks/a.jpg", () => [255, 0, 0]);
    await expect((await folder({ classes: { vein: "#ff0000" } })(root)).cases[0]!.label()).rejects.toThrow(
      userError(
        "colours-in-jpeg",
        '[mask] "masks/a.jpg" is a JPEG, in which colours are not exact. Expected a PNG for classes by colour. Use the original masks, or classes by value.',
      ),
    );
  });
});
