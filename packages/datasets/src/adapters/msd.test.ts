import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describeDataset } from "@segdistill/core/testing";
import { describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { niftiFile, straight, type Nifti } from "../testing/nifti-file.js";
import { temporaryWithCache } from "../testing/temporary-cache.js";
import { put } from "../testing/twin.js";
import { detect } from "./detect.js";
import { msd } from "./msd.js";

const temporary = temporaryWithCache();
const affine = straight([-1, -1, 3]);
const [three, four] = [[6, 5, 4], [6, 5, 4, 2]] as const; // prettier-ignore
const volume = (size: readonly number[], value: Nifti["value"]): Buffer => niftiFile({ size, affine, value, gzipped: true });

/** A 3-D task of three cases with a gap in their numbers, one path without `./`, and one image without label. */
async function liver(folder: string): Promise<void> {
  const numbers = [0, 1, 7];
  for (const n of numbers) {
    await put(folder, `imagesTr/liver_${String(n)}.nii.gz`, volume(three, (i, j, k) => 4000 * n - 2000 + i + j + k)); // prettier-ignore
    await put(
      folder,
      `labelsTr/liver_${String(n)}.nii.gz`,
      volume(three, (i, _, k) => (k === 1 ? (i === 2 ? 2 : 1) : 0)),
    );
  }
  await put(folder, "imagesTr/._liver_0.nii.gz", "a fork of a Mac");
  await put(folder, "imagesTs/liver_132.nii.gz", volume(three, () => 0)); // prettier-ignore
  const entry = (n: number, dot = "./") => ({ image: `${dot}imagesTr/liver_${String(n)}.nii.gz`, label: `${dot}labelsTr/liver_${String(n)}.nii.gz` }); // prettier-ignore
  await put(folder, "dataset.json", JSON.stringify({
    name: "LIVER", modality: { 0: "CT" }, labels: { 0: "background", 1: "liver", 2: "cancer" }, numTraining: 131, numTest: 1,
    training: [entry(7), entry(0, ""), entry(1)], test: ["./imagesTs/liver_132.nii.gz"],
  })); // prettier-ignore
}

/** A 4-D task of two channels. */
async function prostate(folder: string): Promise<void> {
  for (const n of ["00", "02"]) {
    await put(folder, `imagesTr/prostate_${n}.nii.gz`, volume(four, (i, _j, _k, channel) => i + 1000 * channel)); // prettier-ignore
    await put(
      folder,
      `labelsTr/prostate_${n}.nii.gz`,
      volume(three, (_, j) => j % 3),
    );
  }
  const entry = (n: string) => ({ image: `./imagesTr/prostate_${n}.nii.gz`, label: `./labelsTr/prostate_${n}.nii.gz` });
  await put(folder, "dataset.json", JSON.stringify({
    name: "PROSTATE", modality: { 0: "T2", 1: "ADC" }, labels: { 0: "background", 1: "PZ", 2: "TZ" }, numTraining: 2, training: [entry("00"), entry("02")],
  })); // prettier-ignore
}

describe("msd", () => {
  it("reads what dataset.json lists, in its order, splits by rank", async () => {
    const folder = join(temporary.path, "Task03_Liver");
    await liver(folder);
    const { cases, classes, splits, warnings, domain } = await msd({ unlabelled: true })(folder);
    expect([domain, ...classes]).toEqual(["msd-liver", "background", "liver", "cancer"]);
    const slices = (id: string): string[] => [0, 1, 2, 3].map((z) => `${id}/00${String(z)}`);
    expect(splits).toEqual({
      test: slices("liver_7"),
      train: [...slices("liver_0"), ...slices("liver_1")],
      validation: [],
      unlabelled: slices("liver_132"),
      all: ["liver_7", "liver_0", "liver_1", "liver_132"].flatMap(slices),
    });
    expect(warnings).toEqual(["[msd] 3 labelled volumes are listed, dataset.json speaks of 131."]);
    // CT is clipped: 4000 · 7 − 2000 above 3071, −2000 below −1024; 2000 + row + column + slice stays.
    const firsts = await Promise.all([0, 4, 8].map(async (n) => (await cases[n]!.image()).data[1]));
    expect(firsts).toEqual([3071, -1024, 2001]);
    expect([...(await cases[1]!.label())!.data.slice(0, 4)]).toEqual([1, 1, 2, 1]);
  });

  it("divides by rank, not by number: of ten 0 and 5 test, 9 validation", async () => {
    const folder = join(temporary.path, "Task99_Ranks");
    const numbers = [40, 3, 17, 5, 8, 9, 11, 13, 20, 25, 30];
    for (const n of numbers)
      for (const kind of ["imagesTr", "labelsTr"]) await put(folder, `${kind}/x_${String(n)}.nii.gz`, niftiFile({ size: [2, 2, 1], affine, value: () => 0, gzipped: true })); // prettier-ignore
    const training = numbers.map((n) => ({ image: `imagesTr/x_${String(n)}.nii.gz`, label: `labelsTr/x_${String(n)}.nii.gz` }));
    await put(folder, "dataset.json", JSON.stringify({ name: "X", modality: { 0: "MRI" }, labels: { 0: "background", 1: "x" }, training }));
    const { splits, warnings } = await msd()(folder);
    const of = (...some: number[]): string[] => some.map((n) => `x_${String(n)}/000`);
    expect([splits["test"], splits["validation"]]).toEqual([of(40, 9, 30), of(25)]);
    expect(splits["train"]).toEqual(of(3, 17, 5, 8, 11, 13, 20));
    expect(warnings).toEqual([]);
  });

  it("takes classes as they are wished, of which values in none are background", async () => {
    const folder = join(temporary.path, "Task03_Liver");
    const set = await msd({ classes: { organ: [1, 2] }, slices: "foreground" })(folder);
    expect([set.classes, set.cases.length]).toEqual([["background", "organ"], 3]);
    expect([...(await set.cases[0]!.label())!.data.slice(0, 4)]).toEqual([1, 1, 1, 1]);
    const cancer = await msd({ classes: { cancer: 2 } })(folder);
    expect([...(await cancer.cases[1]!.label())!.data.slice(0, 4)]).toEqual([0, 0, 1, 0]);
  });

  it("takes one channel of several, and lists them where none is chosen", async () => {
    const folder = join(temporary.path, "Task05_Prostate");
    await prostate(folder);
    const { cases } = await msd({ channel: 1 })(folder);
    // No CT: nothing is clipped.
    expect([...(await cases[0]!.image()).data.slice(0, 3)]).toEqual([1000, 1001, 1002]);
    const says = (found: string): Error =>
      userError(
        "volume-channel",
        `[volume] "imagesTr/prostate_00.nii.gz" has 2 channels (0 T2, 1 ADC), and ${found}. Expected one from 0 to 1. Set channel.`,
      );
    await expect(msd()(folder)).rejects.toThrow(says("none was chosen"));
    await expect(msd({ channel: 2 })(folder)).rejects.toThrow(says("channel 2 was chosen"));
  });

  it("refuses a file that is listed and not there, one outside, and a broken list", async () => {
    const folder = join(temporary.path, "broken");
    await liver(folder);
    await rm(join(folder, "labelsTr/liver_1.nii.gz"));
    await expect(msd()(folder)).rejects.toThrow(
      userError(
        "msd-file-missing",
        '[msd] "labelsTr/liver_1.nii.gz" does not exist. Expected every file that dataset.json names. Unpack the whole archive, or take the entry out of the list.',
      ),
    );
    const list = (training: unknown): Promise<void> =>
      put(folder, "dataset.json", JSON.stringify({ name: "X", modality: { 0: "CT" }, labels: { 0: "background", 1: "liver" }, training }));
    await list([{ image: "../Task03_Liver/imagesTr/liver_0.nii.gz", label: "labelsTr/liver_0.nii.gz" }]);
    await expect(msd()(folder)).rejects.toThrow(
      userError(
        "file-outside",
        `[msd] dataset.json names "../Task03_Liver/imagesTr/liver_0.nii.gz", which lies outside of "${folder}". Expected a file in the folder of the data. Copy it there.`,
      ),
    );
    const expected = "Expected name, modality, labels and training as the Decathlon publishes them";
    await list([]);
    await expect(msd()(folder)).rejects.toThrow(`[msd] the list "${folder}/dataset.json" cannot be used. ${expected}; found training:`);
    await put(folder, "dataset.json", "{");
    await expect(msd()(folder)).rejects.toThrow(
      userError("list-unreadable", `[msd] the list "${folder}/dataset.json" cannot be used. ${expected}; found no JSON. Correct the file.`),
    );
  });

  it("is known by its list", async () => expect(await detect(join(temporary.path, "Task05_Prostate"))).toBe("msd"));
});

describeDataset({ describe, it }, "msd", async () => {
  const folder = join(temporary.path, "conformance");
  await liver(folder);
  return msd()(folder);
});
