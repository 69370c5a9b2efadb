import { describe, expect, it } from "vitest";
import { histogramOf, percentileOf } from "./percentiles.js";

describe("percentiles", () => {
  it("are the k-th smallest of integers, exactly", () => {
    const values = Int16Array.of(-1000, 40, 40, 41, 3000); // k = round(p / 25)
    const at = percentileOf(histogramOf(values));
    expect([0, 12, 13, 50, 63, 87, 88, 100].map(at)).toEqual([-1000, -1000, 40, 40, 41, 41, 3000, 3000]);
  });

  it("are as near as a step for fractions and for wide ranges; what is no number does not count", () => {
    const values = Float32Array.from({ length: 1001 }, (_, i) => (i === 0 ? NaN : i / 8)); // 0.125 … 125
    const at = percentileOf(histogramOf(values));
    // k = round(p / 100 · 999): the 500th of 1/8 … 1000/8 from 0 on is 501/8.
    expect(Math.abs(at(50) - 501 / 8)).toBeLessThan(125 / 65535);
    const wide = percentileOf(histogramOf(Int32Array.of(0, 100_000, 1_000_000)));
    expect(Math.abs(wide(50) - 100_000)).toBeLessThan(1_000_000 / 65535);
  });

  it("of one value are that value", () => expect(percentileOf(histogramOf(Uint8Array.of(7, 7)))(99)).toBe(7));
});
