import { describe, expect, it } from "vitest";
import { phantoms, phantomsOptions } from "./phantoms.js";

describe("phantoms", () => {
  it("makes as many cases as asked for, two a patient, every part of whole patients", async () => {
    const set = await phantoms({ count: 13, size: 64, seed: 5 })();
    expect(set.cases.map(({ id }) => id).slice(0, 3)).toEqual(["01", "02", "03"]);
    expect(set.cases.map(({ group }) => group).slice(0, 3)).toEqual(["patient-1", "patient-1", "patient-2"]);
    expect(set.cases).toHaveLength(13);
    expect(set.domain).toBe("phantoms-a");
    expect(Object.keys(set.splits)).toEqual(["train", "validation", "test", "all"]);
    expect(set.splits["all"]).toHaveLength(13);
    const groupOf = new Map(set.cases.map(({ id, group }) => [id, group]));
    const groups = ["train", "validation", "test"].map((part) => new Set(set.splits[part]!.map((id) => groupOf.get(id))));
    expect(groups.map(({ size }) => size)).toEqual([4, 1, 2]);
    expect(new Set(groups.flatMap((part) => [...part])).size).toBe(7);
  });

  it("reads image, truth and field of view of one size", async () => {
    const set = await phantoms({ count: 2, size: 70, camera: "b" })();
    const [image, label, fieldOfView] = [await set.cases[1]!.image(), await set.cases[1]!.label(), await set.cases[1]!.fieldOfView()];
    expect([image.height, image.width, image.channels, image.data.length]).toEqual([70, 70, 3, 14_700]);
    expect([label!.height, label!.width, label!.data.length]).toEqual([70, 70, 4900]);
    expect([fieldOfView!.height, fieldOfView!.width]).toEqual([70, 70]);
    expect(await set.cases[1]!.secondObserver()).toBeNull();
  });

  it("has a fingerprint that follows from the options", async () => {
    const of = async (options: Parameters<typeof phantoms>[0]): Promise<string> => (await phantoms(options)()).fingerprint();
    const made = await of({ count: 2, size: 64 });
    expect(made).toMatch(/^[0-9a-f]{64}$/);
    expect(await of({ count: 2, size: 64 })).toBe(made);
    expect(await of({ count: 2, size: 64, seed: 1 })).not.toBe(made);
    expect(await of({ count: 2, size: 64, camera: "b" })).not.toBe(made);
  });

  it("refuses an unknown option", () => {
    expect(() => phantomsOptions.parse({ cuont: 3 })).toThrow('Unrecognized key: \\"cuont\\"');
  });
});
