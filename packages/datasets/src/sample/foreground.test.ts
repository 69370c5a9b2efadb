import type { Case } from "@segdistill/core/contract";
import { describe, expect, it } from "vitest";
import { prepare } from "../prepare/prepare.js";
import { read } from "../testing/named-places.js";
import { foregroundOf } from "./foreground.js";
import { patches, type PatchesOptions } from "./patches.js";

const [height, width] = [50, 70];

/** A picture with a pixel of class 1 in the upper left corner and a row of 40 pixels of class 2; `masked` pixels of class 1 outside the field of view. */
function sparse(id: string, { bare = false } = {}): Case {
  const label = new Uint8Array(height * width);
  if (!bare) {
    label[0] = 1;
    label.fill(2, 30 * width + 20, 30 * width + 60);
    label[49 * width + 69] = 1;
  }
  const fieldOfView = new Uint8Array(height * width).fill(1);
  fieldOfView[49 * width + 69] = 0;
  return {
    id,
    group: id,
    domain: "made",
    spacingMm: null,
    image: () => Promise.resolve({ height, width, channels: 1, data: new Uint8Array(height * width) }),
    label: () => Promise.resolve({ height, width, data: label }),
    fieldOfView: () => Promise.resolve({ height, width, data: fieldOfView }),
    secondObserver: () => Promise.resolve(null),
  };
}
const options = (more: Partial<PatchesOptions> = {}): PatchesOptions => ({
  cases: [sparse("a")],
  dataSet: "f00d",
  prepare: prepare([]),
  classes: 3,
  patch: [9, 13],
  perImage: 400,
  batch: 1,
  ...more,
});
const holding = async (o: PatchesOptions): Promise<{ one: number; two: number; any: number; first: string[] }> => {
  const batches = await read(patches(o), 0, 3);
  const has = (value: number) => batches.filter(({ labels }) => labels.includes(value)).length;
  const any = batches.filter(({ labels }) => labels.some((value) => value > 0)).length;
  return { one: has(1), two: has(2), any, first: batches.flatMap(({ cases }) => cases) };
};

describe("foregroundOf", () => {
  it("lists the pixels of each class that there is, in order, only where they count", () => {
    const label = { height: 2, width: 4, data: Uint8Array.of(0, 3, 1, 255, 1, 3, 3, 0) };
    const valid = { height: 2, width: 4, data: Uint8Array.of(1, 1, 1, 0, 1, 0, 1, 1) };
    expect(foregroundOf(label, valid, 4).map((list) => [...list])).toEqual([[2, 4], [1, 6]]); // prettier-ignore
  });
});

describe("patches with foreground", () => {
  it("1: every patch holds some, each class as often, and not what lies outside the field of view", async () => {
    const { one, two, any } = await holding(options({ foreground: 1 }));
    expect(any).toBe(400);
    expect(one).toBeGreaterThan(160);
    expect(one).toBeLessThan(240);
    expect(one + two).toBe(400);
  });

  it("½: half of the patches, and those that hold some by chance", async () => {
    // by chance a patch holds class 2 where its upper row is 22 to 30 and its left column 8 to 57 (9 · 50 of 42 · 58 places), class 1 at one place: 0.185
    const none = await holding(options());
    expect(Math.abs(none.any / 400 - 0.185)).toBeLessThan(0.06);
    const half = await holding(options({ foreground: 0.5 }));
    expect(Math.abs(half.any / 400 - (0.5 + 0.5 * 0.185))).toBeLessThan(0.07);
  });

  it("is kept by turning, scaling and bending, at the corner of the picture too", async () => {
    const augment = [
      "flips" as const,
      { rotate: { degrees: 180 } },
      { scale: { from: 1, to: 2.5 } },
      { elastic: { deviation: 2, spacing: 8 } },
    ];
    const { any, one } = await holding(options({ foreground: 1, augment }));
    expect(any).toBe(400);
    expect(one).toBeGreaterThan(160);
  });

  it("puts the pixel anywhere in the middle half of the patch, where the picture's edge allows it", async () => {
    const batches = await read(patches(options({ foreground: 1, classes: 3 })), 0, 3);
    const rows = new Set(batches.filter(({ labels }) => labels.includes(2)).map(({ labels }) => Math.floor(labels.indexOf(2) / 13)));
    expect([...rows].sort()).toEqual([2, 3, 4, 5, 6]);
  });

  it("leaves pictures without foreground or label their random places", async () => {
    const bare = (foreground?: number) => read(patches(options({ cases: [sparse("a", { bare: true })], perImage: 20, ...(foreground !== undefined && { foreground }) })), 0, 3); // prettier-ignore
    expect(await bare(1)).toEqual(await bare());
    const ignored = await read(patches(options({ perImage: 20, foreground: 1, labels: "ignored" })), 0, 3);
    expect(ignored.every(({ labels, labelled }) => labels.every((value) => value === 0) && labelled[0] === 0)).toBe(true);
  });
});
