import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describeDataset } from "@segdistill/core/testing";
import { describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { niftiFile, straight, type Nifti } from "../testing/nifti-file.js";
import { temporaryWithCache } from "../testing/temporary-cache.js";
import { put } from "../testing/twin.js";
import { detect } from "./detect.js";
import { lits } from "./lits.js";

const temporary = temporaryWithCache();
const size = [12, 10, 5] as const;
const ras = straight([0.5, 0.75, 2], [-3, -4, 7]);
const lps = straight([-0.5, -0.75, 2], [3, 4, 7]);
const identity = straight([1, 1, 1]);
const value: Nifti["value"] = (i, j, k) => i + 20 * j + 100 * k - 3000;
/** Liver in the slices 1 to 3, tumour in one voxel of slice 2. */
const organ: Nifti["value"] = (i, j, k) => (k >= 1 && k <= 3 && j === 2 ? (k === 2 && i === 7 ? 2 : 1) : 0);

/** Three volumes of both batches (RAS int16; LPS float32, slope 2, intercept −1024; identity) and one without labels. */
async function twin(folder: string): Promise<void> {
  const label = (affine: Nifti["affine"]): Buffer => niftiFile({ size, affine, value: organ, type: "uint8" });
  await put(folder, "Training Batch 1/volume-0.nii", niftiFile({ size, affine: ras, value }));
  await put(folder, "Training Batch 1/segmentation-0.nii", label(ras));
  await put(folder, "Training Batch 1/volume-9.nii", niftiFile({ size, affine: lps, value: (i, j, k) => i + j + k, type: "float32", scale: [2, -1024] })); // prettier-ignore
  await put(folder, "Training Batch 1/segmentation-9.nii", label(lps));
  await put(folder, "Training Batch 2/volume-28.nii", niftiFile({ size, affine: identity, value }));
  await put(folder, "Training Batch 2/segmentation-28.nii.gz", niftiFile({ size, affine: identity, value: organ, type: "uint8", gzipped: true })); // prettier-ignore
  await put(folder, "Training Batch 2/._volume-28.nii", "not a volume");
  await put(folder, "LITS-Challenge-Test-Data/test-volume-0.nii", niftiFile({ size, affine: ras, value }));
}

describe("lits", () => {
  it("pairs by number over both batches, reorients by the affine, clips, and splits by number", async () => {
    const folder = join(temporary.path, "whole");
    await twin(folder);
    const { cases, classes, splits, warnings, domain } = await lits()(folder);
    expect([domain, ...classes]).toEqual(["lits", "background", "liver"]);
    expect(new Set(cases.map(({ group }) => group))).toEqual(new Set(["volume-0", "volume-9", "volume-28"]));
    const five = (id: string): string[] => [0, 1, 2, 3, 4].map((z) => `${id}/00${String(z)}`);
    expect(splits).toEqual({ train: five("volume-28"), validation: five("volume-9"), test: five("volume-0"), all: [...five("volume-0"), ...five("volume-9"), ...five("volume-28")] }); // prettier-ignore
    expect(warnings).toEqual([
      "[lits] 3 labelled volumes found, the whole set has 131.",
      '[lits] 1 volumes have an affine of identity, first "volume-28": their orientation is not known, their spacing is left out.',
    ]);
    const of = (id: string) => cases.find((one) => one.id === id)!;
    // RAS: columns run to the left and rows to the back, so the file's last voxel of a slice comes first: 11 + 180 − 3000, below −1024; in slice 4 as well.
    const first = await of("volume-0/000").image();
    expect([first.height, first.width, first.data[0]]).toEqual([10, 12, -1024]);
    // LPS is canonical already; value · 2 − 1024.
    expect([...(await of("volume-9/003").image()).data.slice(0, 3)]).toEqual([-1018, -1016, -1014]);
    expect((await of("volume-9/003").label())!.data.indexOf(1)).toBe(2 * 12);
    // Row 2 of 10 is row 7 when flipped; column 7 of 12 is column 4.
    expect((await of("volume-0/002").label())!.data.indexOf(1)).toBe(7 * 12);
    expect(of("volume-0/001").volume).toEqual({ id: "volume-0", slice: 1, slices: 5, spacingMm: [2, 0.75, 0.5] });
    expect([of("volume-28/001").spacingMm, of("volume-28/001").volume!.spacingMm]).toEqual([null, null]);
  });

  it("has the organ with its tumours, the tumours, or both", async () => {
    const folder = join(temporary.path, "whole");
    const labels = async (task: "organ" | "tumour" | "both"): Promise<unknown> => {
      const { cases, classes } = await lits({ task, slices: "foreground" })(folder);
      const { data } = (await cases.find(({ id }) => id === "volume-9/002")!.label())!;
      return [classes.slice(1), cases.length, data[2 * 12 + 6], data[2 * 12 + 7]];
    };
    expect(await labels("organ")).toEqual([["liver"], 9, 1, 1]);
    expect(await labels("tumour")).toEqual([["tumour"], 3, 0, 1]);
    expect(await labels("both")).toEqual([["liver", "tumour"], 9, 1, 2]);
  });

  it("has the volumes of the challenge without labels, and parts written out by volume", async () => {
    const folder = join(temporary.path, "whole");
    const set = await lits({ unlabelled: true, parts: { train: ["volume-0"], validation: ["volume-9", "volume-28"] } })(folder);
    expect(set.splits["unlabelled"]).toEqual([0, 1, 2, 3, 4].map((z) => `test-volume-0/00${String(z)}`));
    expect(await set.cases.at(-1)!.label()).toBeNull();
    expect([set.splits["train"]!.length, set.splits["validation"]!.length]).toEqual([5, 10]);
  });

  const refused = async (name: string, change: (folder: string) => Promise<void>): Promise<unknown> => {
    const folder = join(temporary.path, name);
    await twin(folder);
    await change(folder);
    return lits()(folder).then(
      () => undefined,
      (error: unknown) => error,
    );
  };

  it("refuses missing and superfluous files, two of one number, and a label on another grid", async () => {
    const label = "Training Batch 1/segmentation-0.nii";
    expect(await refused("bare", (folder) => rm(join(folder, label)))).toEqual(
      userError(
        "picture-without-mask",
        '[lits] picture "Training Batch 1/volume-0.nii" has no mask. Expected "segmentation-0.nii". Add it, or set unlabelled: true.',
      ),
    );
    expect(await refused("orphan", (folder) => rm(join(folder, "Training Batch 1/volume-0.nii")))).toEqual(
      userError(
        "mask-without-picture",
        `[lits] 1 of 3 masks have no picture: "${label}". Expected a picture of the same name for each. Add the pictures, or list the masks under skip.`,
      ),
    );
    expect(
      await refused("twice", (folder) =>
        put(folder, "Training Batch 2/volume-0.nii.gz", niftiFile({ size, affine: ras, value, gzipped: true })),
      ),
    ).toEqual(
      // prettier-ignore
      userError(
        "two-pictures",
        '[lits] "Training Batch 1/volume-0.nii" and "Training Batch 2/volume-0.nii.gz" are pictures of one name. Expected one file a name. Take one of them away, or list it under skip.',
      ),
    );
    const grid = "12 x 10 x 5, affine [[0.5, 0, 0, -3], [0, 0.75, 0, -4], [0, 0, 2, 7]]";
    expect(
      await refused("place", (folder) =>
        put(folder, label, niftiFile({ size, affine: straight([0.5, 0.75, 2], [-3, -4, 8]), value: organ })),
      ),
    ).toEqual(
      // prettier-ignore
      userError(
        "grids-differ",
        `[lits] "Training Batch 1/volume-0.nii" and its label "${label}" are not on one grid. Expected the same places within 0.001 mm; the image is ${grid}, the label ${grid.replace("2, 7", "2, 8")}. Nothing is resampled silently: correct the files or their names.`,
      ),
    );
    expect(await refused("size", (folder) => put(folder, label, niftiFile({ size: [12, 10, 4], affine: ras, value: organ })))).toEqual(
      userError(
        "grids-differ",
        `[lits] "Training Batch 1/volume-0.nii" and its label "${label}" are not on one grid. Expected the same numbers of voxels; the image is ${grid}, the label ${grid.replace("10 x 5", "10 x 4")}. Nothing is resampled silently: correct the files or their names.`,
      ),
    );
  });

  it("takes a label whose axes run the other way as the same grid", async () => {
    // The file's x runs to the left from 2.5: the same places as −3 … 2.5.
    const other = straight([-0.5, 0.75, 2], [2.5, -4, 7]);
    const folder = join(temporary.path, "other-way");
    await twin(folder);
    await put(folder, "Training Batch 1/segmentation-0.nii", niftiFile({ size, affine: other, value: (i, j, k) => organ(11 - i, j, k, 0), type: "uint8" })); // prettier-ignore
    const [one, another] = [await lits({ task: "both" })(join(temporary.path, "whole")), await lits({ task: "both" })(folder)];
    expect(await another.cases[2]!.label()).toEqual(await one.cases[2]!.label());
  });

  it("refuses a value that is no class", async () => {
    const folder = join(temporary.path, "value");
    await twin(folder);
    await put(
      folder,
      "Training Batch 1/segmentation-0.nii",
      niftiFile({ size, affine: ras, value: (i) => (i === 0 ? 3 : 0), type: "uint8" }),
    );
    await expect((await lits()(folder)).cases[0]!.label()).rejects.toThrow(
      userError(
        "mask-value",
        '[mask] "Training Batch 1/segmentation-0.nii" has 10 pixels of value 3. Expected only 0, 1, 2. Give 3 a class, or list it under ignore.',
      ),
    );
  });

  it("is known by its files, all in one folder too", async () => {
    const folder = join(temporary.path, "flat");
    await put(folder, "LiTS/volume-1.nii", niftiFile({ size, affine: ras, value }));
    await put(folder, "LiTS/segmentation-1.nii", niftiFile({ size, affine: ras, value: organ }));
    expect(await detect(folder)).toBe("lits");
    expect((await lits()(join(folder, "LiTS"))).cases).toHaveLength(5);
  });
});

describeDataset({ describe, it }, "lits", async () => {
  const folder = join(temporary.path, "conformance");
  await twin(folder);
  return lits({ slices: "balanced" })(folder);
});
