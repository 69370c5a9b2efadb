import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { segdistill } from "../plugin.js";
import { detect } from "./detect.js";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "segdistill-detect-"));
});
afterEach(() => rm(root, { recursive: true }));

async function touch(...path: string[]): Promise<void> {
  await mkdir(join(root, ...path.slice(0, -1)), { recursive: true });
  await writeFile(join(root, ...path), "");
}

describe("detect", () => {
  it("knows each set by its files, whatever the folder is called, also one level too high", async () => {
    await touch("a", "Image_07R.JPG");
    await touch("b", "inside", "stare-images", "im0044.ppm.gz");
    await touch("b", "inside", "labels-vk", "im0044.vk.ppm.gz");
    await touch("c", "images", "1.png");
    await touch("c", "masks", "1.png");
    await touch("d", "train", "images", "1.png");
    await touch("d", "train", "masks", "1.png");
    await touch("e", "images", "1.png");
    await touch("f", "im0044.ppm");
    const found = await Promise.all(["a", "b", "c", "d", "e", "f", "none", "a/Image_07R.JPG"].map((path) => detect(join(root, path))));
    expect(found).toEqual(["chase-db1", "stare", "folder", "folder", undefined, undefined, undefined, undefined]);
  });

  it("tells sets of pictures with masks beside them apart, from each other and from what is called alike", async () => {
    const id = `c${"ju0qkwl35piu".padEnd(24, "0")}`;
    for (const [folder, ...paths] of [
      ["a", "7.pgm", "7_gt.pgm"],
      ["b", "training/7.png", "training/7_gt.png"],
      ["c", "PNG/Original/7.png", "PNG/Ground Truth/7.png"],
      ["d", `images/${id}.jpg`, `masks/${id}.jpg`],
      ["e", "malignant/malignant (2).png", "malignant/malignant (2)_mask_1.png"],
      ["f", "7.png", "7_gt.png"], // numbered pictures of anybody
      ["g", "Original/7.tif"],
      ["h", "images/7.jpg", "masks/7.jpg"],
      ["i", "benign/malignant (2).png", "benign/malignant (2)_mask.png"],
    ] as const)
      for (const path of paths) await touch(folder, ...path.split("/"));
    const found = await Promise.all("a b c d e f g h i".split(" ").map((folder) => detect(join(root, folder))));
    expect(found).toEqual(["dca1", "dca1", "cvc-clinicdb", "kvasir-seg", "busi", undefined, undefined, "folder", undefined]);
  });

  it("names what the package offers", async () => {
    expect(Object.keys(segdistill.datasets).sort()).toEqual([
      "busi",
      "chaos-ct",
      "chase-db1",
      "cvc-clinicdb",
      "dca1",
      "drive",
      "folder",
      "hrf",
      "kvasir-seg",
      "lits",
      "msd",
      "phantoms",
      "stare",
    ]);
    const set = await segdistill.datasets.phantoms.create(segdistill.datasets.phantoms.options.parse({ count: 4, size: 64 }))(undefined);
    expect(set.cases).toHaveLength(4);
  });

  const data = new URL("../../../../../shared/data", import.meta.url).pathname;
  it.skipIf(!existsSync(data))("knows the published sets", async () => {
    const folders = ["chase_db1", "stare", "cimat80_angiograms", "kvasir_seg", "busi", "busi/cropped_416", "cvc_clinicdb"];
    const found = await Promise.all([...folders, "kits19_official_labels"].map((name) => detect(join(data, name))));
    expect(found).toEqual(["chase-db1", "stare", "dca1", "kvasir-seg", "busi", "busi", "folder", undefined]);
  });
});
