import { describe, expect, it } from "vitest";
import { windowed } from "./window.js";

const slice = (...values: number[]) => ({ height: 1, width: values.length, channels: 1, data: Float32Array.from(values) });

describe("windowed", () => {
  it("makes 8 bits of what lies between, and nothing of the rest", () => {
    // −100 … 240 HU: 340 HU are 255 grey levels, 70 is the middle: 127.5, rounded up.
    expect([...windowed(slice(-3024, -100, -99, 70, 239, 240, 3071, NaN), { from: -100, to: 240 }).data]).toEqual([
      0, 0, 1, 128, 254, 255, 255, 0,
    ]);
  });

  it("takes percentiles of the volume, or of the picture itself", () => {
    const values = slice(...Array.from({ length: 101 }, (_, i) => 1000 - 10 * i)); // 0 … 1000, the p-th percentile is 10 p
    const own = windowed(values, { percentiles: [1, 99] }).data;
    // 1000 and 990 are above or at the top, 0 and 10 at the bottom; 500 is in the middle.
    expect([own[0], own[1], own[50], own[99], own[100]]).toEqual([255, 255, 128, 0, 0]);
    const whole = windowed({ ...values, percentile: (p) => 20 * p }, { percentiles: [10, 90] }).data; // 200 … 1800
    expect([whole[80], whole[0]]).toEqual([0, Math.round((255 * 800) / 1600)]);
  });

  it("makes 0 of a picture of one value", () => expect([...windowed(slice(7, 7), { percentiles: [1, 99] }).data]).toEqual([0, 0]));
});
