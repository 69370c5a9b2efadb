import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describeDataset } from "@segdistill/core/testing";
import { describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { dicomFile, type Dicom } from "../testing/dicom-file.js";
import { oneBitPng } from "../testing/one-bit-png.js";
import { temporaryWithCache } from "../testing/temporary-cache.js";
import { pictureFile, put } from "../testing/twin.js";
import { chaosCt, withinPatient } from "./chaos-ct.js";
import { detect } from "./detect.js";

const [height, width] = [20, 24];
const temporary = temporaryWithCache();

/** Slice of the number n: stored value 1000 + 10 n + row + column; z falls by 2 mm a number. */
const slice = (n: number, intercept: number, more: Partial<Dicom> = {}): Buffer =>
  dicomFile({ height, width, position: [-5, 7, 100 - 2 * n], number: n + 1, intercept, value: (row, column) => 1000 + 10 * n + row + column, ...more }); // prettier-ignore
const four = (n: number): string => String(n).padStart(4, "0");

/** Case 1 in the `i` form from 003 on; case 21 in the `IMG-` form from 00001 with masks from 000. */
async function twin(folder: string): Promise<void> {
  for (let n = 3; n < 7; n++) {
    await put(folder, `Train_Sets/CT/1/DICOM_anon/i${four(n)},0000b.dcm`, slice(n, -1200));
    // Number 3 is empty, number n marks row n.
    const mask = oneBitPng(height, width, (row, column) => n > 3 && row === n && column < 5);
    await put(folder, `Train_Sets/CT/1/Ground/liver_GT_00${String(n)}.png`, mask);
  }
  for (let n = 1; n < 5; n++) {
    await put(folder, `Train_Sets/CT/21/DICOM_anon/IMG-0002-0000${String(n)}.dcm`, slice(n, -1024, { series: `1.2.3.${String(n)}` }));
    const mask = await pictureFile("a.png", height, width, (row) => [row === n ? 255 : 0]);
    await put(folder, `Train_Sets/CT/21/Ground/liver_GT_00${String(n - 1)}.png`, mask);
  }
  for (let n = 0; n < 2; n++) await put(folder, `Test_Sets/CT/5/DICOM_anon/i${four(n)},0000b.dcm`, slice(n, -1000));
}

const rows = (mask: { readonly data: Uint8Array } | null): number[] =>
  Array.from({ length: height }, (_, row) => row).filter((row) => mask!.data.subarray(row * width, (row + 1) * width).includes(1));

describe("chaos-ct", () => {
  it("orders slices from the feet up by position, with masks by rank, and applies each header's rescale", async () => {
    const folder = join(temporary.path, "whole");
    await twin(folder);
    const { cases, splits, warnings, classes, domain } = await chaosCt()(folder);
    expect([domain, ...classes]).toEqual(["chaos-ct", "background", "liver"]);
    expect(cases.map(({ id }) => id)).toEqual([0, 1, 2, 3].map((z) => `ct-1/00${String(z)}`).concat([0, 1, 2, 3].map((z) => `ct-21/00${String(z)}`))); // prettier-ignore
    expect(splits).toEqual({ train: cases.map(({ id }) => id), validation: [], test: [], all: cases.map(({ id }) => id) });
    expect(warnings).toEqual(["[chaos-ct] 2 patients with masks found, the whole set has 20."]);
    // The largest number lies nearest to the feet: slice 0 of case 1 is number 6, 1000 + 60 − 1200 at its first pixel.
    const lowest = await cases[0]!.image();
    expect([lowest.height, lowest.width, lowest.data[0], lowest.data[width + 2]]).toEqual([height, width, -140, -137]);
    expect(await Promise.all(cases.slice(0, 4).map(async ({ label }) => rows(await label())))).toEqual([[6], [5], [4], []]);
    // Every slice of case 21 has a series of its own: 1000 + 40 − 1024, 30, …
    expect(await Promise.all(cases.slice(4).map(async ({ image }) => (await image()).data[0]))).toEqual([16, 6, -4, -14]);
    expect(await Promise.all(cases.slice(4).map(async ({ label }) => rows(await label())))).toEqual([[4], [3], [2], [1]]);
    // 2 mm by position, not the 9 mm of SliceThickness.
    expect(cases[4]!.volume).toEqual({ id: "ct-21", slice: 0, slices: 4, spacingMm: [2, 0.75, 0.5] });
    expect([cases[4]!.group, cases[4]!.spacingMm]).toEqual(["ct-21", [0.75, 0.5]]);
  });

  it("gives slices that show something, alone or with as many others, as 8 bits where asked for", async () => {
    const folder = join(temporary.path, "whole");
    expect((await chaosCt({ slices: "foreground" })(folder)).cases.map(({ id }) => id).slice(0, 4)).toEqual(["ct-1/000", "ct-1/001", "ct-1/002", "ct-21/000"]); // prettier-ignore
    expect((await chaosCt({ slices: "balanced" })(folder)).cases).toHaveLength(8);
    const seen = await (await chaosCt({ window: {} as { from: number } })(folder)).cases[4]!.image();
    expect([seen.data[0], seen.data[1]]).toEqual([Math.round((255 * 116) / 340), Math.round((255 * 117) / 340)]);
  });

  it("has the test sets, which nobody may see the masks of, as unlabelled", async () => {
    const { cases, splits } = await chaosCt({ unlabelled: true })(join(temporary.path, "whole"));
    expect(splits["unlabelled"]).toEqual(["ct-test-5/000", "ct-test-5/001"]);
    expect(await cases.at(-1)!.label()).toBeNull();
  });

  it("divides a patient's own slices where that is asked for, with 8 mm between", async () => {
    // 50 slices of 2 mm, numbers 052 … 003 from the feet up: 14 for validation, 4 for nothing, 32 to train.
    const parts = Array.from({ length: 50 }, (_, z) => withinPatient(z, 50, 2));
    expect(parts).toEqual([...Array<string>(14).fill("validation"), ...Array<null>(4).fill(null), ...Array<string>(32).fill("train")]);
    const { splits, cases, warnings } = await chaosCt({ leaky: true })(join(temporary.path, "whole"));
    // Four slices: 1 for validation; 4 of 2 mm are left out, more than there are.
    expect(splits).toEqual({ all: cases.map(({ id }) => id), "within-patient-train": [], "within-patient-validation": ["ct-1/000", "ct-21/000"] }); // prettier-ignore
    expect(cases[1]!.group).toBe("ct-1/between");
    expect(warnings[0]).toBe("[chaos-ct] leaky: slices of one patient stand on both sides of the split. Such a validation is no test.");
  });

  it("turns masks as it turns slices", async () => {
    const folder = join(temporary.path, "turned");
    // Rows run to the front, columns to the right: the last pixel is the first one.
    for (let n = 0; n < 2; n++) {
      await put(folder, `Train_Sets/CT/2/DICOM_anon/i${four(n)},0000b.dcm`, slice(n, 0, { orientation: [-1, 0, 0, 0, -1, 0] }));
      await put(folder, `Train_Sets/CT/2/Ground/liver_GT_00${String(n)}.png`, oneBitPng(height, width, (row, column) => row === 1 && column === 2)); // prettier-ignore
    }
    const { cases } = await chaosCt()(folder);
    const [image, label] = [await cases[1]!.image(), await cases[1]!.label()];
    expect(image.data[0]).toBe(1000 + 19 + 23);
    expect(label!.data.indexOf(1)).toBe((height - 1 - 1) * width + (width - 1 - 2));
  });

  const refused = async (name: string, change: (folder: string) => Promise<void>): Promise<unknown> => {
    const folder = join(temporary.path, name);
    await twin(folder);
    await change(folder);
    return chaosCt()(folder).then(
      () => undefined,
      (error: unknown) => error,
    );
  };

  it("refuses a missing mask, a mask of another number, a missing slice, a patient without masks, masks of another size", async () => {
    const ground = "Train_Sets/CT/21/Ground";
    expect(await refused("mask", (folder) => rm(join(folder, `${ground}/liver_GT_001.png`)))).toEqual(
      userError(
        "chaos-counts",
        `[chaos-ct] "Train_Sets/CT/21/DICOM_anon" has 4 slices, "${ground}" 3 masks. Expected one mask a slice: they are paired by rank. Unpack the archive again.`,
      ),
    );
    expect(
      await refused("number", async (folder) => {
        await rm(join(folder, "Train_Sets/CT/1/Ground/liver_GT_004.png"));
        await put(
          folder,
          "Train_Sets/CT/1/Ground/liver_GT_010.png",
          oneBitPng(height, width, () => false),
        );
      }),
    ).toEqual(
      userError(
        "chaos-numbers",
        '[chaos-ct] "Train_Sets/CT/1/DICOM_anon/i0004,0000b.dcm" and "Train_Sets/CT/1/Ground/liver_GT_005.png" have one rank and different numbers. Expected iNNNN,0000b.dcm with liver_GT_NNN.png. Unpack the archive again.',
      ),
    );
    const gap = join(temporary.path, "slice");
    expect(
      await refused("slice", async (folder) => {
        await rm(join(folder, "Train_Sets/CT/1/DICOM_anon/i0004,0000b.dcm"));
        await rm(join(folder, "Train_Sets/CT/1/Ground/liver_GT_004.png"));
      }),
    ).toEqual(
      userError(
        "series-gap",
        `[volume] the slices of "${gap}/Train_Sets/CT/1/DICOM_anon" are not evenly spaced. Expected one distance between neighbours; the first two are 2 mm apart, all of them 3 mm on average. Add the missing files, or take out what is there twice.`,
      ),
    );
    // Between the first two, whose distance is then the longer one; and where every slice has a series of its own.
    for (const [name, image, ground, found] of [
      ["first", "1/DICOM_anon/i0005,0000b.dcm", "1/Ground/liver_GT_005.png", "the first two are 4 mm apart, all of them 3 mm on average"],
      [
        "own",
        "21/DICOM_anon/IMG-0002-00002.dcm",
        "21/Ground/liver_GT_001.png",
        "the first two are 2 mm apart, all of them 3 mm on average",
      ],
    ] as const)
      expect(
        await refused(name, async (folder) => {
          for (const file of [image, ground]) await rm(join(folder, "Train_Sets/CT", file));
        }),
      ).toMatchObject({ code: "series-gap", message: expect.stringContaining(found) as string });
    expect(await refused("bare", (folder) => rm(join(folder, ground), { recursive: true }))).toEqual(
      userError(
        "picture-without-mask",
        `[chaos-ct] picture "Train_Sets/CT/21/DICOM_anon" has no mask. Expected "${ground}/*.png". Add it, or set unlabelled: true.`,
      ),
    );
    const folder = join(temporary.path, "size");
    await twin(folder);
    await put(
      folder,
      `${ground}/liver_GT_000.png`,
      oneBitPng(height, width + 1, () => true),
    );
    await expect((await chaosCt()(folder)).cases[7]!.label()).rejects.toThrow(
      userError(
        "mask-size",
        `[chaos-ct] "${ground}/liver_GT_000.png" is 25x20, its picture "Train_Sets/CT/21/DICOM_anon/IMG-0002-00001.dcm" is 24x20 (width x height). Expected one size. Nothing is resized silently: correct the files or their names.`,
      ),
    );
  });

  it("is known by its folders, one level higher or lower too", async () => {
    const folder = join(temporary.path, "above");
    await twin(join(folder, "CHAOS"));
    expect(await detect(folder)).toBe("chaos-ct");
    expect((await chaosCt()(join(folder, "CHAOS/Train_Sets"))).cases).toHaveLength(8);
  });
});

describeDataset({ describe, it }, "chaos-ct", async () => {
  const folder = join(temporary.path, "conformance");
  if (!existsSync(folder)) await twin(folder);
  return chaosCt()(folder);
});

const real = "../shared/data/chaos_ct_dicom";
describe.runIf(existsSync(real))("the 50 slices of CHAOS at hand", () => {
  it("have liver in 46 slices, of 129 to 148 HU from number 011 on", async () => {
    const set = await chaosCt({ slices: "foreground" })(real);
    expect(set.cases).toHaveLength(46);
    const means: number[] = [];
    for (const { image, label } of set.cases) {
      const [{ data }, truth] = [await image(), (await label())!.data];
      let [sum, count] = [0, 0];
      for (const [i, value] of truth.entries()) if (value === 1) [sum, count] = [sum + data[i]!, count + 1];
      means.push(sum / count);
    }
    // Slice 0 is number 052, the 42 up to number 011 lie below 007 to 010. Numbers of shared/spec/datasets.md 2.8.
    for (const mean of means.slice(0, 42)) expect(mean > 128.5 && mean < 148.5).toBe(true);
    expect(Math.round(means.at(-1)!)).toBe(40);
    expect(Math.round(means.at(-2)!)).toBe(91);
    const { splits } = await chaosCt({ slices: "foreground", leaky: true })(real);
    expect(["within-patient-train", "within-patient-validation"].map((part) => splits[part]!.length)).toEqual([28, 14]);
    expect(set.cases[0]!.volume!.spacingMm).toEqual([2, 0.7265625, 0.7265625]);
  });
});
