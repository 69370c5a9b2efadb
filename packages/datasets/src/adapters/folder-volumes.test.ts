import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describeDataset } from "@segdistill/core/testing";
import { describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { dicomFile } from "../testing/dicom-file.js";
import { niftiFile, straight, type Nifti } from "../testing/nifti-file.js";
import { temporaryWithCache } from "../testing/temporary-cache.js";
import { pictureFile, put } from "../testing/twin.js";
import { folder } from "./folder.js";

const temporary = temporaryWithCache();
const size = [6, 5, 4] as const;
const affine = straight([-0.5, -0.75, 2], [1, 2, 3]);
const image = (add = 0): Buffer => niftiFile({ size, affine, value: (i, j, k) => i + 10 * j + 100 * k + add });
const mask = (value: Nifti["value"], at: Nifti["affine"] = affine): Buffer => niftiFile({ size, affine: at, value, type: "uint8" });

async function twin(root: string): Promise<void> {
  for (const id of ["p1_a", "p1_b", "p2_a", "p3_a"]) {
    await put(root, `images/${id}.nii`, image());
    await put(root, `masks/${id}_seg.nii`, mask((i, _, k) => (k === 2 && i === 1 ? 1 : 0))); // prettier-ignore
  }
}
const options = { maskSuffix: "_seg", group: "^(p\\d)" };

describe("folder of volumes", () => {
  it("gives slices, grouped by the patient that a rule on the volumes' names finds", async () => {
    const root = join(temporary.path, "whole");
    await twin(root);
    const { cases, splits, warnings } = await folder(options)(root);
    expect(cases.slice(0, 5).map(({ id, group }) => [id, group])).toEqual([["p1_a/000", "p1"], ["p1_a/001", "p1"], ["p1_a/002", "p1"], ["p1_a/003", "p1"], ["p1_b/000", "p1"]]); // prettier-ignore
    expect([cases[2]!.spacingMm, cases[2]!.volume]).toEqual([[0.75, 0.5], { id: "p1_a", slice: 2, slices: 4, spacingMm: [2, 0.75, 0.5] }]);
    expect([...(await cases[2]!.image()).data.slice(5, 8)]).toEqual([205, 210, 211]);
    expect([...(await cases[2]!.label())!.data.slice(0, 7)]).toEqual([0, 1, 0, 0, 0, 0, 0]);
    expect(warnings).toEqual([]);
    const parts = ["train", "validation", "test"].map((part) => splits[part]!.length);
    expect(parts.reduce((a, b) => a + b)).toBe(16);
    expect((await folder({ ...options, slices: "foreground" })(root)).cases.map(({ id }) => id)).toEqual(["p1_a", "p1_b", "p2_a", "p3_a"].map((id) => `${id}/002`)); // prettier-ignore
  });

  it("takes as many slices without anything as with something, spread evenly", async () => {
    const root = join(temporary.path, "balanced");
    await put(root, "images/a.nii", niftiFile({ size: [2, 2, 10], affine, value: () => 0 }));
    await put(root, "masks/a.nii", niftiFile({ size: [2, 2, 10], affine, value: (_i, _j, k) => (k === 4 || k === 5 ? 1 : 0) }));
    // Of the other eight, 0 to 3 and 6 to 9, the middle of each half: 2 and 8.
    expect((await folder({ slices: "balanced" })(root)).cases.map(({ volume }) => volume!.slice)).toEqual([2, 4, 5, 8]);
  });

  it("reads a folder of DICOM files as one volume, whatever they are called, in images/ itself or below", async () => {
    const slice = (n: number): Buffer => dicomFile({ height: 5, width: 6, position: [-1, -2, 3 + 2 * n], number: n, value: (row, column) => column + 10 * row + 100 * n }); // prettier-ignore
    for (const [root, below] of [
      [join(temporary.path, "own"), "case/"],
      [join(temporary.path, "flat"), ""],
    ] as const) {
      for (const n of [0, 1, 2, 3]) await put(root, `images/${below}CT.1.2.${String(9 - n)}`, slice(n));
      await put(root, `masks/${below === "" ? "liver" : "case"}.nii`, mask((_i, _j, k) => (k === 3 ? 1 : 0))); // prettier-ignore
      const { cases } = await folder()(root);
      expect(cases.map(({ id }) => id)).toEqual([0, 1, 2, 3].map((z) => `${below === "" ? "liver" : "case"}/00${String(z)}`));
      expect([(await cases[3]!.image()).data[7], (await cases[3]!.label())!.data[0], (await cases[2]!.label())!.data[0]]).toEqual([
        311, 1, 0,
      ]);
    }
  });

  it("takes the one file that masks names for a series in images/ itself, and no other beside it", async () => {
    const root = join(temporary.path, "named");
    for (const n of [0, 1, 2, 3])
      await put(root, `scan/0${String(n)}.dcm`, dicomFile({ height: 5, width: 6, position: [-1, -2, 3 + 2 * n], number: n, value: () => n })); // prettier-ignore
    await put(root, "truth/heart.nii", mask(() => 1)); // prettier-ignore
    await put(root, "truth/liver.nii", mask((i, _j, k) => (k === 3 && i === 1 ? 1 : 0))); // prettier-ignore
    const { cases } = await folder({ images: "scan", masks: "truth/liver.nii" })(root);
    expect(cases.map(({ id, group }) => [id, group])).toEqual([0, 1, 2, 3].map((z) => [`liver/00${String(z)}`, "liver"]));
    expect([...(await cases[3]!.label())!.data.slice(0, 6)]).toEqual([0, 1, 0, 0, 0, 0]);
    expect((await cases[2]!.label())!.data.every((value) => value === 0)).toBe(true);
    await expect(folder({ images: "scan", masks: "truth" })(root)).rejects.toThrow(
      userError(
        "picture-without-mask",
        '[folder] picture "scan" has no mask. Expected "truth/volume.nii". Add it, or set unlabelled: true.',
      ),
    );
  });

  it("unites several masks, maps values to classes, turns slices", async () => {
    const root = join(temporary.path, "classes");
    await put(root, "images/a.nii", image());
    await put(
      root,
      "masks/a_1.nii",
      mask((i) => (i === 0 ? 5 : 0)),
    );
    await put(
      root,
      "masks/a_2.nii",
      mask((i) => (i === 1 ? 7 : 9)),
    );
    const classes = { background: { from: 0, to: 9 }, liver: 5, pancreas: 7 };
    const { cases } = await folder({ combine: "or", classes })(root);
    expect([...(await cases[0]!.label())!.data.slice(0, 6)]).toEqual([1, 2, 0, 0, 0, 0]);
    const turned = (await folder({ combine: "or", classes, orient: "flipColumns" })(root)).cases[0]!;
    expect([...(await turned.label())!.data.slice(0, 6)]).toEqual([0, 0, 0, 0, 2, 1]);
    expect([...(await turned.image()).data.slice(0, 6)]).toEqual([5, 4, 3, 2, 1, 0]);
  });

  it("refuses a mask at another place unless its shape is trusted, pictures among volumes, fractions", async () => {
    const root = join(temporary.path, "place");
    await twin(root);
    await put(
      root,
      "masks/p2_a_seg.nii",
      mask(() => 1, straight([-0.5, -0.75, 2], [1, 2, 3.5])),
    );
    await expect(folder(options)(root)).rejects.toThrow(
      userError(
        "grids-differ",
        '[folder] "images/p2_a.nii" and its label "masks/p2_a_seg.nii" are not on one grid. Expected the same places within 0.001 mm; the image is 6 x 5 x 4, affine [[-0.5, 0, 0, 1], [0, -0.75, 0, 2], [0, 0, 2, 3]], the label 6 x 5 x 4, affine [[-0.5, 0, 0, 1], [0, -0.75, 0, 2], [0, 0, 2, 3.5]]. Nothing is resampled silently: correct the files or their names, or set trustShape: true.',
      ),
    );
    expect((await folder({ ...options, trustShape: true })(root)).cases).toHaveLength(16);
    await put(root, "masks/p2_a_seg.nii", niftiFile({ size, affine, value: () => 0.5, type: "float32" }));
    await expect((await folder(options)(root)).cases[8]!.label()).rejects.toThrow(
      userError(
        "mask-fraction",
        '[mask] "masks/p2_a_seg.nii" has the value 0.5. Expected whole numbers from 0 to 65535. Round it, or take the label file.',
      ),
    );
    await rm(join(root, "masks/p2_a_seg.nii"));
    await put(root, "masks/p2_a_seg.png", await pictureFile("a.png", 5, 6, () => [255]));
    await expect(folder(options)(root)).rejects.toThrow(
      userError(
        "kinds-mixed",
        '[folder] "masks/p2_a_seg.png" is a picture, "images/p1_a.nii" a volume. Expected only pictures, or only volumes with volumes as masks. Open them as two data sets, or list one kind under skip.',
      ),
    );
  });
});

describeDataset({ describe, it }, "folder of volumes", async () => {
  const root = join(temporary.path, "conformance");
  await twin(root);
  return folder(options)(root);
});

const data = "../shared/data";
describe.runIf(existsSync(`${data}/totalsegmentator_example`))("volumes at hand", () => {
  it("TotalSegmentator's: liver in the slices 69 to 111 of the CT, mean 44 HU, with classes by value", async () => {
    const set = await folder({
      skip: ["example_ct_dicom", "images/example_ct_sm.nii.gz", "masks/example_ct_sm.nii.gz"],
      classes: { background: { from: 0, to: 255 }, liver: 5 },
      slices: "foreground",
    })(`${data}/totalsegmentator_example`);
    const of = (id: string) => set.cases.filter(({ volume }) => volume!.id === id);
    expect(of("example_ct").map(({ volume }) => volume!.slice)).toEqual(Array.from({ length: 43 }, (_, i) => 69 + i));
    expect([of("example_ct_dicom_converted").length, of("example_mr_sm").length]).toEqual([20, 20]);
    let [sum, count] = [0, 0];
    for (const { image, label } of of("example_ct")) {
      const [{ data: hu }, { data: truth }] = [await image(), (await label())!];
      for (const [i, value] of truth.entries()) if (value === 1) [sum, count] = [sum + hu[i]!, count + 1];
    }
    expect(Math.round(sum / count)).toBe(44);
  });

  it("its DICOM, JPEG 2000 with empty UIDs, is what was converted from it", async () => {
    const root = `${data}/totalsegmentator_example`;
    const only = { unlabelled: true, masks: "nothing" };
    const converted = await folder({
      ...only,
      skip: ["images/example_ct.nii.gz", "images/example_ct_sm.nii.gz", "images/example_mr_sm.nii.gz"],
    })(root);
    const stored = await folder({ ...only, images: "example_ct_dicom" })(root);
    expect(stored.cases).toHaveLength(20);
    for (const z of [0, 7, 19]) expect((await stored.cases[z]!.image()).data).toEqual((await converted.cases[z]!.image()).data);
    expect(stored.cases[0]!.volume!.spacingMm).toEqual([2, 0.9765625, 0.9765625]);
  });

  it("dcmqi's three slices with their NRRD, 1 mm apart, liver of 33 to 41 HU", async () => {
    const set = await folder({ skip: ["masks/spine_seg.nrrd", "masks/heart_seg.nrrd", "masks/liver.dcm"] })(`${data}/dcmqi_ct3_liver`);
    expect(set.cases.map(({ id }) => id)).toEqual(["liver_seg/000", "liver_seg/001", "liver_seg/002"]);
    const named = await folder({ images: "dcmqi_ct3_liver/images", masks: "dcmqi_ct3_liver/masks/liver_seg.nrrd" })(data);
    for (const [i, one] of named.cases.entries()) {
      expect(one.id).toBe(set.cases[i]!.id);
      expect((await one.label())!.data).toEqual((await set.cases[i]!.label())!.data);
    }
    expect(set.cases[0]!.volume!.spacingMm!.map((mm) => Number(mm.toFixed(6)))).toEqual([1, 0.810547, 0.810547]);
    for (const { image, label } of set.cases) {
      const [{ data: hu }, { data: truth }] = [await image(), (await label())!];
      let [sum, count] = [0, 0];
      for (const [i, value] of truth.entries()) if (value === 1) [sum, count] = [sum + hu[i]!, count + 1];
      expect(sum / count > 32.5 && sum / count < 41.5).toBe(true);
    }
  });
});
