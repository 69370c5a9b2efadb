import { mkdtempSync, rmSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder } from "../adapters/folder.js";
import { userError } from "../errors.js";
import { prepare } from "../prepare/prepare.js";
import { writePng } from "../readers/write-png.js";
import { bytesOf, namedPlaces, read } from "../testing/named-places.js";
import { batches } from "./batches.js";
import { patches, type PatchesOptions } from "./patches.js";
import { semiSupervised } from "./semi-supervised.js";

const part = (numbers: number[], batch: number, more: Partial<PatchesOptions> = {}) =>
  patches({
    cases: numbers.map((n) => namedPlaces(n)),
    dataSet: `f00d${numbers.join()}`,
    prepare: prepare([]),
    classes: 2,
    patch: [9, 13],
    perImage: 2,
    batch,
    augment: ["flips"],
    ...more,
  });
// three labelled cases in batches of two: 3 batches; eight unlabelled in batches of one: 16
const mixed = () =>
  semiSupervised({ labelled: part([1, 2, 3], 2), unlabelled: part([4, 5, 6, 7, 8, 9, 10, 11], 1, { labels: "ignored" }) });

describe("semiSupervised", () => {
  it("has the ratio in every batch, and is as long as the longer list", async () => {
    const data = mixed();
    expect([data.batchSize, data.batchesPerEpoch]).toEqual([3, 16]);
    const all = await read(data, 0, 1);
    expect(all.length).toBe(16);
    for (const { cases, labelled, labels, images, valid } of all) {
      expect(cases.map((id) => Number(id.slice(1)) <= 3)).toEqual([true, true, false]);
      expect([...labelled]).toEqual([1, 1, 0]);
      expect([labels.length, images.length, valid.length]).toEqual([351, 351, 351]);
      expect(labels.subarray(234).every((value) => value === 0)).toBe(true);
      expect(labels.subarray(0, 234).some((value) => value > 0)).toBe(true);
      cases.forEach((id, b) => expect(Math.floor(images[b * 117]! / 1000)).toBe(Number(id.slice(1))));
    }
    const other = semiSupervised({ labelled: part([4, 5, 6, 7, 8, 9, 10, 11], 1), unlabelled: part([1, 2, 3], 2, { labels: "ignored" }) });
    expect([other.batchSize, other.batchesPerEpoch, (await read(other, 0, 1)).length]).toEqual([3, 16, 16]);
  });

  it("goes through the shorter list again and again, in another order with other patches", async () => {
    const all = await read(mixed(), 2, 1);
    const rounds = [0, 1, 2, 3, 4].map((round) => all.slice(3 * round, 3 * round + 3));
    for (const round of rounds) {
      const ids = round.flatMap(({ cases }) => cases.slice(0, 2));
      expect(ids.toSorted()).toEqual(["c1", "c1", "c2", "c2", "c3", "c3"]);
    }
    expect(new Set(rounds.map((round) => round.flatMap(({ cases }) => cases.slice(0, 2)).join())).size).toBeGreaterThan(3);
    const corners = rounds.map((round) => round.map(({ images }) => [images[0], images[117]].join()).sort().join()); // prettier-ignore
    expect(new Set(corners).size).toBe(5);
    // the labelled rounds of epoch 2 are the labelled list's own epochs 12 … 17
    const [first] = await read(part([1, 2, 3], 2), 12, 1);
    expect([...all[0]!.images.subarray(0, 234)]).toEqual([...first!.images]);
  });

  it("counts occurrences over the whole epoch", async () => {
    const counts = new Map<string, number>();
    for (const { cases, occurrences } of await read(mixed(), 0, 1)) {
      for (const [b, id] of cases.entries()) {
        expect(occurrences[b]).toBe(counts.get(id) ?? 0);
        counts.set(id, occurrences[b]! + 1);
      }
    }
    expect(["c1", "c2", "c3"].reduce((sum, id) => sum + counts.get(id)!, 0)).toBe(32);
    expect([4, 5, 6, 7, 8, 9, 10, 11].map((n) => counts.get(`c${n}`))).toEqual(new Array(8).fill(2));
    // a case that is in both lists never has one occurrence twice
    const both = semiSupervised({ labelled: part([1, 2], 1), unlabelled: part([1, 2, 3], 2, { labels: "ignored" }) });
    const keys = (await read(both, 0, 1)).flatMap(({ cases, occurrences }) => cases.map((id, b) => `${id}/${occurrences[b]!}`));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("goes on in the middle of an epoch as if it had not stopped, and knows its order beforehand", async () => {
    const all = await read(mixed(), 3, 9);
    for (const first of [0, 1, 2, 3, 7, 15]) expect(bytesOf(await read(mixed(), 3, 9, first))).toBe(bytesOf(all.slice(first)));
    expect(await read(mixed(), 3, 9, 16)).toEqual([]);
    expect(mixed().order(3, 9)).toEqual(all.flatMap(({ cases }) => cases));
    expect(bytesOf(await read(mixed(), 4, 9))).not.toBe(bytesOf(all));
    expect(bytesOf(await read(mixed(), 3, 8))).not.toBe(bytesOf(all));
  });

  it("never reads the labels of unlabelled cases; where others read them they are not used", async () => {
    const labelReads: string[] = [];
    const cases = [4, 5, 6].map((n) => namedPlaces(n, { labelReads }));
    const never = semiSupervised({ labelled: part([1], 1), unlabelled: part([], 1, { cases, labels: "ignored" }) });
    const ignored = await read(never, 0, 1);
    expect(labelReads).toEqual([]);
    // as long as no pixel is marked as unknown, labels that were read and thrown away give the same
    const whole = cases.map((one) => ({ ...one, label: () => one.label().then((mask) => ({ ...mask!, data: mask!.data.map((v) => v & 1) })) })); // prettier-ignore
    const thrown = semiSupervised({ labelled: part([1], 1), unlabelled: part([], 1, { cases: whole }) });
    expect(bytesOf(await read(thrown, 0, 1))).toBe(bytesOf(ignored));
  });

  it("stops its lists when the reader stops", async () => {
    const ended: string[] = [];
    const watched = (name: string, data: ReturnType<typeof part>) => ({
      ...data,
      epoch: async function* (...at: Parameters<typeof data.epoch>) {
        try {
          yield* data.epoch(...at);
        } finally {
          ended.push(name);
        }
      },
    });
    const data = semiSupervised({ labelled: watched("labelled", part([1, 2], 1)), unlabelled: watched("unlabelled", part([3, 4, 5], 1)) });
    for await (const batch of data.epoch(0, 1)) if (batch.cases.length > 0) break;
    expect(ended.sort()).toEqual(["labelled", "unlabelled"]);
  });

  it("has a fingerprint of both lists and of which is which", () => {
    const [a, b] = [part([1, 2], 1), part([3, 4], 1)];
    const of = (labelled: typeof a, unlabelled: typeof a): string => semiSupervised({ labelled, unlabelled }).fingerprint;
    expect(of(a, b)).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set([of(a, b), of(b, a), of(a, part([3, 5], 1)), of(part([1, 2], 2), b), a.fingerprint]).size).toBe(5);
  });

  it("refuses pictures that differ", () => {
    expect(() => semiSupervised({ labelled: part([1], 1), unlabelled: part([2], 1, { patch: 9, classes: 3 }) })).toThrow(
      userError(
        "pictures-differ",
        "[semi-supervised] labelled pictures are 9 x 13 x 1 with 2 classes, unlabelled ones 9 x 9 x 1 with 3 classes (height x width x channels). Expected the same. Give both one patch size and one list of classes.",
      ),
    );
  });
});

describe("batches", () => {
  const rest = { prepare: prepare([]), classes: 2 };
  const sample = { patch: 9, perImage: 2, batch: 4 };
  const of = (...numbers: number[]) => ({ cases: numbers.map((n) => namedPlaces(n)), dataSet: "f00d" });

  it("are patches, or labelled and unlabelled ones by number", async () => {
    expect(batches({ ...rest, sample, labelled: of(1, 2) }).fingerprint).toBe(patches({ ...rest, ...sample, ...of(1, 2) }).fingerprint);
    const data = batches({ ...rest, sample: { ...sample, unlabelled: 1 }, labelled: of(1, 2, 3), unlabelled: of(4, 5) });
    expect([data.batchSize, data.batchesPerEpoch]).toEqual([4, 4]);
    expect([...(await read(data, 0, 0))[0]!.labelled]).toEqual([1, 1, 1, 0]);
  });

  it("refuse one half of what is needed", () => {
    const missing = userError(
      "unlabelled-missing",
      "[sample] unlabelled is 1, but no unlabelled pictures are given. Expected a data set under data.unlabelled. Add it, or take sample.unlabelled out.",
    );
    expect(() => batches({ ...rest, sample: { ...sample, unlabelled: 1 }, labelled: of(1, 2) })).toThrow(missing);
    expect(() => patches({ ...rest, ...{ ...sample, unlabelled: 1 }, ...of(1, 2) })).toThrow(missing);
    expect(() => batches({ ...rest, sample, labelled: of(1, 2), unlabelled: of(3) })).toThrow(
      userError(
        "unlabelled-count",
        "[sample] unlabelled pictures are given, but not how many a batch of 4 holds. Expected sample.unlabelled from 1 to 3. Set it, or take data.unlabelled out.",
      ),
    );
  });

  it("do not change by a byte when the label files of the unlabelled pictures are deleted", async () => {
    const root = mkdtempSync(join(tmpdir(), "segdistill-unlabelled-"));
    try {
      for (const name of ["images", "masks"]) mkdirSync(join(root, name));
      for (const n of [1, 2, 3, 4]) {
        const data = Uint8Array.from({ length: 16 * 20 }, (_, i) => (i * (n + 3)) % 251);
        await writePng(join(root, "images", `p${n}.png`), { height: 16, width: 20, channels: 1, data });
        await writePng(join(root, "masks", `p${n}.png`), { height: 16, width: 20, channels: 1, data: data.map((v) => (v > 120 ? 255 : 0)) }); // prettier-ignore
      }
      const run = async (): Promise<string> => {
        const set = await folder({ unlabelled: true })(root);
        const some = (ids: string[]) => ({ cases: set.cases.filter(({ id }) => ids.some((end) => id.endsWith(end))), dataSet: "f00d" });
        const augment = ["flips" as const, { rotate: { degrees: 20 } }];
        const data = batches({
          sample: { patch: 9, perImage: 3, batch: 3, unlabelled: 2, augment, foreground: 0.5 },
          prepare: prepare([{ channel: "grey" }, { scale: 255 }]),
          classes: 2,
          labelled: some(["p1"]),
          unlabelled: some(["p2", "p3", "p4"]),
        });
        const all = await read(data, 0, 4);
        expect(all.map(({ labelled }) => [...labelled].join())).toEqual(new Array(4).fill("1,0,0"));
        return bytesOf(all);
      };
      const before = await run();
      for (const n of [2, 3, 4]) rmSync(join(root, "masks", `p${n}.png`));
      expect(await run()).toBe(before);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
