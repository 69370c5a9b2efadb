import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { segdistill } from "../plugin.js";

const data = new URL("../../../../../shared/data", import.meta.url).pathname;
/** Opens a data set as a configuration names it: options as plain data, parts as explicit ids. */
const open = (name: "folder" | "kvasir-seg", options: object, folder: string) => {
  const { options: schema, create } = segdistill.datasets[name];
  return create(schema.parse(JSON.parse(JSON.stringify(options))) as never)(join(data, folder));
};
const numbered = (prefix: string, from: number, to: number, end = ""): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${prefix}${from + i}${end}`);

// The groupings of datasets.md 5.4 whose sets have no split of their own that would do. That of 5.3 is the one of dca1.
describe.skipIf(!existsSync(data))("splits of the real runs", () => {
  it("ultrasound: 30, 5 and 13 pictures out of whole and cropped ones, normals and the wrong mask out", async () => {
    const [whole, cropped] = ["Dataset_BUSI_with_GT/", "cropped_416/"];
    const benign = (folder: string, from: number, to: number): string[] => numbered(`${folder}benign/benign (`, from, to, ")");
    const malignant = (from: number, to: number): string[] => numbered(`${whole}malignant/malignant (`, from, to, ")");
    const set = await open(
      "folder",
      {
        ...{ images: ".", masks: ".", maskSuffix: "_mask", combine: "or", classes: { lesion: 255 }, domain: "busi" },
        skip: ["Dataset_BUSI_with_GT/normal/*", "cropped_416/benign/benign (4)_mask_1.png"],
        // One lesion, one axilla, three that look alike. Patients of all others are unknown.
        group: "^(.*malignant(?= \\([3-9]\\)$)|.*malignant \\(1(?=[0-3]\\)$)|.*malignant \\(2(?=[2-4]\\)$)|.*)",
        parts: {
          train: [...benign(whole, 15, 17), ...benign(cropped, 1, 14), ...malignant(1, 13)],
          validation: [...benign(whole, 18, 19), ...malignant(14, 16)],
          test: [...benign(whole, 20, 24), ...malignant(17, 24)],
        },
      },
      "busi",
    );
    expect(Object.entries(set.splits).map(([part, ids]) => [part, ids.length])).toEqual([
      ["train", 30],
      ["validation", 5],
      ["test", 13],
      ["all", 48],
    ]);
    const groupOf = new Map(set.cases.map(({ id, group }) => [id, group]));
    const groups = ["train", "validation", "test"].map((part) => new Set(set.splits[part]!.map((id) => groupOf.get(id))).size);
    expect(groups).toEqual([30 - 6 - 3, 5, 13 - 2]);
    expect(set.warnings).toEqual([]);
    for (const one of set.cases) expect((await one.label())!.data.includes(1)).toBe(true);
  });

  it("polyp: 13 and 3 frames of one sequence, 1 to 16, and five pictures of another set with the same classes", async () => {
    const parts = { train: numbered("fine_3_", 1, 13), validation: numbered("fine_3_", 14, 16), rest: numbered("fine_3_", 17, 20) };
    const train = await open("folder", { classes: { polyp: 255 }, parts, domain: "cvc-clinicdb" }, "cvc_clinicdb");
    expect(train.splits).toEqual({ ...parts, all: numbered("fine_3_", 1, 20) });
    for (const one of train.cases) {
      const [image, label] = [await one.image(), await one.label()];
      expect([image.height, image.width, image.channels]).toEqual([288, 384, 3]);
      const share = label!.data.reduce((a, b) => a + b, 0) / label!.data.length;
      expect(share).toBeGreaterThan(0.065);
      expect(share).toBeLessThan(0.335);
    }
    const test = await open("kvasir-seg", {}, "kvasir_seg");
    expect(test.splits["all"]).toHaveLength(5);
    expect(test.classes).toEqual(train.classes);
  });
});
