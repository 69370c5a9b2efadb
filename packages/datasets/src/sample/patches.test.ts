import type { Batch } from "@segdistill/core/contract";
import { describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { prepare } from "../prepare/prepare.js";
import { bytesOf, height, namedPlaces as one, read, width } from "../testing/named-places.js";
import { patches, type PatchesOptions } from "./patches.js";

const options = (more: Partial<PatchesOptions> = {}): PatchesOptions => ({
  cases: [one(1), one(2), one(3)],
  dataSet: "f00d",
  prepare: prepare([]),
  classes: 2,
  patch: [9, 13],
  perImage: 5,
  batch: 4,
  augment: ["flips"],
  ...more,
});

/** The patch `b` of a batch as rows of pixel values. */
const rows = ({ images }: Batch, b: number): number[][] =>
  Array.from({ length: 9 }, (_, y) => [...images.subarray(b * 117 + y * 13, b * 117 + y * 13 + 13)]);

describe("patches", () => {
  it("has whole batches only, of the shape it announces", async () => {
    const data = patches(options());
    expect(data.picture).toEqual({ height: 9, width: 13, channels: 1, classes: 2 });
    expect([data.batchSize, data.batchesPerEpoch]).toEqual([4, 3]);
    const batches = await read(data, 0, 0);
    expect(batches.length).toBe(3);
    for (const { images, labels, valid, labelled, cases, occurrences } of batches) {
      expect([images.length, labels.length, valid.length, labelled.length, cases.length, occurrences.length]).toEqual([
        468, 468, 468, 4, 4, 4,
      ]);
    }
  });

  it("cuts rectangles out of the picture, mirrored or not, with label and validity of the same pixels", async () => {
    const seen = new Set<string>();
    for (const batch of (await Promise.all([0, 1, 2, 3, 4, 5].map((epoch) => read(patches(options()), epoch, 7)))).flat()) {
      for (const [b, id] of batch.cases.entries()) {
        const patch = rows(batch, b);
        const down = patch[1]![0]! - patch[0]![0]!;
        const right = patch[0]![1]! - patch[0]![0]!;
        seen.add(`${down} ${right}`);
        patch.forEach((row, y) => row.forEach((value, x) => expect(value).toBe(patch[0]![0]! + y * down + x * right)));
        expect(Math.floor(patch[0]![0]! / 1000)).toBe(Number(id.slice(1)));
        for (let i = 0; i < 117; i++) {
          const place = batch.images[b * 117 + i]! % 1000;
          expect(batch.labels[b * 117 + i]).toBe(place % 5 === 0 ? 255 : place % 2);
          expect(batch.valid[b * 117 + i]).toBe(place % 5 !== 0 && place % width < 32 ? 1 : 0);
        }
      }
    }
    expect([...seen].sort()).toEqual(["-34 -1", "-34 1", "34 -1", "34 1"]);
    const plain = (await read(patches(options({ augment: [] })), 0, 7)).flatMap((batch) => batch.cases.map((_, b) => rows(batch, b)));
    expect(plain.every((patch) => patch[1]![0]! - patch[0]![0]! === 34 && patch[0]![1]! - patch[0]![0]! === 1)).toBe(true);
  });

  it("gives the bytes that the first version gave", async () => {
    // hashed with the code of commit a50b57b, before there were other augmentations
    const hashOf = async (augment: "flips"[]): Promise<[string, string]> => {
      const data = patches(options({ augment }));
      return [bytesOf([...(await read(data, 0, 7)), ...(await read(data, 1, 7))]), data.fingerprint];
    };
    expect(await hashOf(["flips"])).toEqual([
      "161c24d5844b8879fd82fdbdcca58e4bf6df0bfbf0a937d44b009bbbee3c0d92",
      "ea9c7b64ad51ed339c93c4c1ca7974f3d96b6044114cfc13179935e5a693475e",
    ]);
    expect(await hashOf([])).toEqual([
      "cc29ad75b07ac75f3a78d2205d139770b98facfdfffa2ebbcd6d9166b4ac88bf",
      "bcc93ba38e147eca95dd7481582f2eabcfa523e49c4a7704451f7c7ef0add9bd",
    ]);
  });

  it("reaches every place, the last row and column too", async () => {
    const corners = (await read(patches(options({ perImage: 400, augment: [] })), 0, 0)).flatMap((batch) =>
      batch.cases.map((_, b) => rows(batch, b)[0]![0]! % 1000),
    );
    const tops = corners.map((corner) => Math.floor(corner / width));
    const lefts = corners.map((corner) => corner % width);
    expect([Math.min(...tops), Math.max(...tops), Math.min(...lefts), Math.max(...lefts)]).toEqual([0, 12, 0, 21]);
  });

  it("draws every case perImage times and counts its occurrences", async () => {
    const batches = await read(patches(options({ batch: 3 })), 2, 1);
    const counts = new Map<string, number>();
    for (const { cases, occurrences } of batches) {
      for (const [b, id] of cases.entries()) {
        expect(occurrences[b]).toBe(counts.get(id) ?? 0);
        counts.set(id, occurrences[b]! + 1);
      }
    }
    expect(counts).toEqual(new Map([["c1", 5], ["c2", 5], ["c3", 5]])); // prettier-ignore
  });

  it("depends on seed, epoch and first alone", async () => {
    const [data, other] = [patches(options()), patches(options({ cacheBytes: 0 }))];
    const batches = await read(data, 3, 11);
    expect(await read(data, 3, 11)).toEqual(batches);
    expect(await read(other, 3, 11)).toEqual(batches);
    expect(await read(other, 3, 11, 2)).toEqual(batches.slice(2));
    expect(await read(data, 3, 11, 3)).toEqual([]);
    expect(await read(data, 4, 11)).not.toEqual(batches);
    expect(await read(data, 3, 12)).not.toEqual(batches);
  });

  it("reads each picture once while the cache has room, again where it has none", async () => {
    const few: string[] = [];
    const data = patches(options({ cases: [one(1, { reads: few }), one(2, { reads: few })], perImage: 6 }));
    await read(data, 0, 0);
    await read(data, 1, 0);
    expect(few.sort()).toEqual(["c1", "c2"]);
    const many: string[] = [];
    // One prepared picture takes 34 · 21 · (4 + 1 + 1) = 4284 bytes.
    await read(patches(options({ cases: [one(1, { reads: many }), one(2, { reads: many })], perImage: 6, cacheBytes: 4284 })), 0, 0);
    expect(new Set(many)).toEqual(new Set(["c1", "c2"]));
    expect(many.length).toBeGreaterThan(2);
  });

  it("marks what has no label", async () => {
    const batches = await read(patches(options({ cases: [one(1), one(2, { labelled: false })] })), 0, 0);
    for (const { cases, labelled } of batches) expect([...labelled]).toEqual(cases.map((id) => (id === "c1" ? 1 : 0)));
    expect(new Set(batches.flatMap(({ labelled }) => [...labelled]))).toEqual(new Set([0, 1]));
  });

  it("has a fingerprint that follows everything that is in the batches", () => {
    const of = (more: Partial<PatchesOptions>): string => patches(options(more)).fingerprint;
    expect(of({})).toMatch(/^[0-9a-f]{64}$/);
    expect(of({ cacheBytes: 5 })).toBe(of({}));
    const others = [
      { dataSet: "beef" },
      { cases: [one(1), one(2)] },
      { prepare: prepare([{ scale: 255 }]) },
      { patch: 9 },
      { perImage: 6 },
      { batch: 3 },
      { augment: [] },
      { augment: ["flips", { rotate: { degrees: 5 } }] },
      { augment: ["flips", { rotate: { degrees: 6 } }] },
      { foreground: 0.5 },
      { labels: "ignored" },
    ] satisfies Partial<PatchesOptions>[];
    expect(new Set([of({}), ...others.map(of)]).size).toBe(12);
  });
});

describe("patches refuses", () => {
  it("pictures smaller than the patch", async () => {
    await expect(read(patches(options({ patch: [22, 13] })), 0, 0)).rejects.toMatchObject({
      code: "patch-too-large",
      message: expect.stringMatching(
        /^\[sample\] a patch of 22 x 13 does not fit into "c[123]", which is 21 x 34 \(height x width\) after the preparation\. Choose a smaller patch, or a larger fieldOfViewWidth or resize\.$/,
      ) as string,
    });
  });

  it("labels of classes that the task does not have", async () => {
    const wrong = { ...one(1), label: () => Promise.resolve({ height, width, data: new Uint8Array(height * width).fill(2) }) };
    await expect(read(patches(options({ cases: [wrong] })), 0, 0)).rejects.toEqual(
      userError(
        "label-class",
        '[sample] the label of "c1" has the value 2. Expected class indices 0 to 1, or 255 for unlabelled. Correct the classes of the data set.',
      ),
    );
  });

  it("less than one batch, and a case twice", () => {
    expect(() => patches(options({ perImage: 1 }))).toThrow(
      userError(
        "too-few-patches",
        "[sample] 3 cases with perImage 1 give 3 patches, less than one batch of 4. Raise perImage to at least 2, or lower batch.",
      ),
    );
    expect(() => patches(options({ cases: [one(1), one(1)] }))).toThrow(
      userError(
        "case-twice",
        '[sample] the case "c1" is listed twice. Expected every id once. Take it out of the list; perImage draws more patches of a case.',
      ),
    );
  });
});
