import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeDataset } from "@segdistill/core/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { folder } from "./adapters/folder.js";
import { phantoms } from "./adapters/phantoms.js";
import { writePng } from "./readers/write-png.js";

describeDataset({ describe, it }, "phantoms", () => phantoms({ count: 4, size: 64 })());
describeDataset({ describe, it }, "phantoms of the other camera", () => phantoms({ count: 5, size: 70, camera: "b" })());

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "segdistill-conformance-"));
  for (const name of ["images", "masks", "fov"]) await mkdir(join(root, name));
  const [height, width] = [7, 11];
  for (const [i, id] of ["a_1", "a_2", "b_1", "b_2", "c_1", "d_1"].entries()) {
    const one = (value: (u: number) => number): Uint8Array => Uint8Array.from({ length: height * width }, (_, u) => value(u));
    const write = (folder: string, data: Uint8Array): Promise<void> => writePng(join(root, folder, `${id}.png`), { height, width, data });
    await write("images", one((u) => (u * 7 + i) % 256)); // prettier-ignore
    await write("masks", one((u) => (u % 5 === i % 5 ? 255 : 0))); // prettier-ignore
    await write("fov", one((u) => (u % width > 0 ? 255 : 0))); // prettier-ignore
  }
});
afterAll(() => rm(root, { recursive: true }));
describeDataset({ describe, it }, "folder", () => folder({ group: "^([a-d])", fov: "fov" })(root));
