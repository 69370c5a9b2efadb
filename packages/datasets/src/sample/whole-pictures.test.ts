import type { Batch, Case } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import { prepare } from "../prepare/prepare.js";
import { wholePictures } from "./whole-pictures.js";

/** A picture whose pixel at (y, x) is 10·y + x; its label is 1 in odd columns; its field of view leaves the first column out. */
const picture = (id: string, height: number, width: number, labelled = true): Case => {
  const data = Float32Array.from({ length: height * width }, (_, i) => 10 * Math.floor(i / width) + (i % width));
  const mask = (of: (x: number) => number) => ({ height, width, data: Uint8Array.from(data, (v) => of(v % 10)) });
  return {
    id,
    group: id,
    domain: "d",
    spacingMm: null,
    image: () => Promise.resolve({ height, width, channels: 1, data }),
    label: () => Promise.resolve(labelled ? mask((x) => x % 2) : null),
    fieldOfView: () => Promise.resolve(mask((x) => Number(x > 0))),
    secondObserver: () => Promise.resolve(null),
  };
};
const data = (cases: readonly Case[], more = {}) =>
  wholePictures({ cases, dataSet: "f", prepare: prepare([]), classes: 2, patch: [2, 3], batch: 4, ...more });
async function all(of: ReturnType<typeof data>, first = 0): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of of.epoch(0, 1, first)) found.push(batch);
  return found;
}

test("by hand: 3 × 5 in tiles of 2 × 3; the last tiles are moved back, and what they repeat does not count", async () => {
  const [one, ...rest] = await all(data([picture("a", 3, 5)]));
  expect(rest).toEqual([]);
  expect([...one!.images]).toEqual([
    0, 1, 2, 10, 11, 12, // rows 0–1, columns 0–2
    2, 3, 4, 12, 13, 14, // columns 2–4
    10, 11, 12, 20, 21, 22, // rows 1–2
    12, 13, 14, 22, 23, 24,
  ]); // prettier-ignore
  expect([...one!.valid]).toEqual([
    0, 1, 1, 0, 1, 1,
    0, 1, 1, 0, 1, 1,
    0, 0, 0, 0, 1, 1,
    0, 0, 0, 0, 1, 1,
  ]); // prettier-ignore
  expect([...one!.labels]).toEqual([0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0]);
  expect(one!.cases).toEqual(["a", "a", "a", "a"]);
});

test("by hand: what is smaller than a tile is mirrored, and counts once", async () => {
  const [one] = await all(data([picture("a", 1, 2)], { batch: 1 }));
  expect([...one!.images]).toEqual([0, 1, 0, 0, 1, 0]);
  expect([...one!.valid]).toEqual([0, 1, 0, 0, 0, 0]);
});

test("every valid pixel of every picture counts once; the last batch is filled with what counts nowhere", async () => {
  const cases = [picture("a", 3, 5), picture("b", 7, 4, false), picture("c", 2, 3)];
  const batches = await all(data(cases));
  expect(batches.map((batch) => batch.cases)).toEqual([
    ["a", "a", "a", "a"],
    ["b", "b", "b", "b"],
    ["b", "b", "b", "b"],
    ["c", "(none)", "(none)", "(none)"],
  ]);
  const counted: Record<string, number> = {};
  for (const { cases: ids, valid } of batches)
    ids.forEach((id, i) => (counted[id] = (counted[id] ?? 0) + valid.slice(6 * i, 6 * i + 6).reduce((a, b) => a + b)));
  expect(counted).toEqual({ a: 3 * 4, b: 7 * 3, c: 2 * 2, "(none)": 0 });
  expect(batches.map(({ labelled }) => [...labelled])).toEqual([[1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]); // prettier-ignore
});

test("can be entered at any batch, and is the same in every epoch", async () => {
  const of = data([picture("a", 3, 5), picture("b", 7, 4)]);
  const whole = await all(of);
  expect(await all(of, 1)).toEqual(whole.slice(1));
  const later: Batch[] = [];
  for await (const batch of of.epoch(7, 9)) later.push(batch);
  expect(later).toEqual(whole);
});

test("its fingerprint says what it is made of", () => {
  const of = (cases: readonly Case[], more = {}) => data(cases, more).fingerprint;
  const base = of([picture("a", 3, 5)]);
  expect(of([picture("a", 9, 9)])).toBe(base); // contents are in the data set's own
  for (const other of [of([picture("b", 3, 5)]), of([picture("a", 3, 5)], { dataSet: "g" }), of([picture("a", 3, 5)], { patch: 4 }), of([picture("a", 3, 5)], { classes: 3 })])
    expect(other).not.toBe(base); // prettier-ignore
});
