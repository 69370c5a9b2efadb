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

  it("names what the package offers", async () => {
    expect(Object.keys(segdistill.datasets).sort()).toEqual(["chase-db1", "folder", "phantoms", "stare"]);
    const set = await segdistill.datasets.phantoms.create(segdistill.datasets.phantoms.options.parse({ count: 4, size: 64 }))(undefined);
    expect(set.cases).toHaveLength(4);
  });

  const data = new URL("../../../../../shared/data", import.meta.url).pathname;
  it.skipIf(!existsSync(data))("knows the published sets", async () => {
    const found = await Promise.all(["chase_db1", "stare", "kvasir_seg", "kits19_official_labels"].map((name) => detect(join(data, name))));
    expect(found).toEqual(["chase-db1", "stare", "folder", undefined]);
  });
});
