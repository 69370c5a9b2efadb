import type { Raster } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import fixture from "../../fixtures/near-duplicates.json" with { type: "json" };
import { likeness, nearDuplicates } from "./near-duplicates.js";

/** The pictures of fixtures/near-duplicates.py. */
function made([height, width, seed]: readonly number[]): Raster {
  const [rows, columns] = [height!, width!];
  const data = Uint8Array.from({ length: rows * columns }, (_, i) => {
    const [v, u] = [(Math.floor(i / columns) + 0.5) / rows, ((i % columns) + 0.5) / columns];
    return 128 + 50 * Math.sin(9 * v + 4 * u) + 40 * Math.sin(seed! + 15 * u * v) + 20 * Math.sin(40 * u + seed! * v);
  });
  return { height: rows, width: columns, channels: 1, data };
}
const product = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

test("likeness correlates as NumPy finds by averaging matrices and windows, at four sizes, smaller than the thumbnail among them", () => {
  const all = fixture.sizes.map((size) => likeness(made(size)));
  for (const [i, one] of all.entries())
    for (const [j, other] of all.entries()) expect(product(one, other)).toBeCloseTo(fixture.correlations[i]![j]!, 9);
  // The fixture is worth something only if pictures are alike to all degrees.
  expect(fixture.correlations[0]![1]!).toBeGreaterThan(0.9);
  expect(Math.abs(fixture.correlations[0]![3]!)).toBeLessThan(0.6);
});

test("likeness of a picture of one grey level is 0, like nothing", () => {
  const flat = { height: 50, width: 71, channels: 3, data: new Uint8Array(50 * 71 * 3).fill(201) };
  expect(likeness(flat)).toEqual(new Float64Array(4096));
});

test("pictures are joined by a chain, above 0.6, and called by the first", async () => {
  // Two patterns that have nothing in common; c is half of each: 0.71 to both, which are 0 to each other.
  const pattern = (a: number, b: number): Raster => ({
    height: 64,
    width: 128,
    channels: 1,
    data: Uint8Array.from(
      { length: 64 * 128 },
      (_, i) => 100 + (Math.floor(i / 256) % 2 ? a : -a) + (Math.floor((i % 128) / 4) % 2 ? b : -b),
    ),
  });
  const [a, b, c] = [pattern(40, 0), pattern(0, 40), pattern(30, 30)];
  expect(product(likeness(a), likeness(c))).toBeCloseTo(Math.SQRT1_2, 2);
  expect(Math.abs(product(likeness(a), likeness(b)))).toBeLessThan(0.01);
  const groups = (...pictures: [string, Raster][]): Promise<ReadonlyMap<string, string>> =>
    nearDuplicates(pictures.map(([id, picture]) => ({ id, read: () => Promise.resolve(picture) })));
  expect([...(await groups(["1", b], ["2", a]))]).toEqual([["1", "1"], ["2", "2"]]); // prettier-ignore
  expect([...(await groups(["1", b], ["2", a], ["3", c]))]).toEqual([["1", "1"], ["2", "1"], ["3", "1"]]); // prettier-ignore
  // 40 to 24 gives 0.857 and 0.514: the second is below the bound.
  expect([...(await groups(["1", b], ["2", pattern(40, 24)], ["3", a]))]).toEqual([["1", "1"], ["2", "2"], ["3", "2"]]); // prettier-ignore
});
