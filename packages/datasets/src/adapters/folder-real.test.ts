import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { folder } from "./folder.js";

const data = new URL("../../../../../shared/data", import.meta.url).pathname;
const share = (values: Uint8Array): number => values.reduce((a, b) => a + b, 0) / values.length;

describe.skipIf(!existsSync(data))("folder, published sets in converted form", () => {
  it("reads Kvasir-SEG, whose masks are JPEGs", async () => {
    const set = await folder()(join(data, "kvasir_seg"));
    expect(set.cases).toHaveLength(5);
    for (const one of set.cases) {
      const [image, label] = [await one.image(), await one.label()];
      expect([label!.height, label!.width]).toEqual([image.height, image.width]);
      expect(share(label!.data)).toBeGreaterThan(0.01);
    }
  });

  it("reads 80 angiograms with their masks beside them, vessels on 3.0 to 10.9 % of the pixels", async () => {
    const set = await folder({ images: ".", masks: ".", maskSuffix: "_gt", threshold: 128 })(join(data, "cimat80_angiograms"));
    expect(set.cases).toHaveLength(80);
    expect(set.cases.slice(0, 3).map(({ id }) => id)).toEqual(["testing/1", "testing/2", "testing/3"]);
    const shares = await Promise.all(set.cases.map(async (one) => share((await one.label())!.data)));
    expect(Math.min(...shares)).toBeCloseTo(0.03, 2);
    expect(Math.max(...shares)).toBeCloseTo(0.109, 3);
  });

  it("refuses the one BUSI mask of another size with both sizes, and can skip it by name", async () => {
    const options = { images: ".", masks: ".", maskSuffix: "_mask", combine: "or" } as const;
    const root = join(data, "busi/cropped_416");
    const set = await folder(options)(root);
    await expect(set.cases.find(({ id }) => id === "benign/benign (4)")!.label()).rejects.toThrow(
      userError(
        "mask-size",
        '[folder] "benign/benign (4)_mask_1.png" is 555x465, its picture "benign/benign (4).png" is 416x416 (width x height). Expected one size. Nothing is resized silently: correct the files or their names.',
      ),
    );
    const rest = await folder({ ...options, skip: ["benign/benign (4)_mask_1.png"] })(root);
    expect(rest.cases).toHaveLength(14);
    for (const one of rest.cases) expect(share((await one.label())!.data)).toBeGreaterThan(0.005);
  });
});
