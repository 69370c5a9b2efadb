import { describe, expect, it } from "vitest";
import fixture from "../../fixtures/resize.json" with { type: "json" };
import { resizeBilinear, resizeNearest } from "./resize.js";

describe("resizing", () => {
  it.each(fixture.cases)("is PyTorch's from $shape to $to", ({ shape, to, picture, bilinear, label, nearest }) => {
    const [height, width, channels] = shape as [number, number, number];
    const [h, w] = to as [number, number];
    const out = resizeBilinear({ height, width, channels, data: Uint8Array.from(picture) }, h, w);
    expect([out.height, out.width, out.channels]).toEqual([h, w, channels]);
    expect(out.data.length).toBe(bilinear.length);
    expect(Math.max(...bilinear.map((value, i) => Math.abs(value - out.data[i]!)))).toBeLessThan(2e-5);
    const near = resizeNearest({ height, width, data: Uint8Array.from(label) }, h, w);
    expect(near).toEqual({ height: h, width: w, data: Uint8Array.from(nearest) });
  });

  it("by hand: two pixels to four", () => {
    // Targets look at -0.25 (held at 0), 0.25, 0.75, 1.25 (held at 1).
    const out = resizeBilinear({ height: 1, width: 2, channels: 1, data: Uint8Array.of(0, 8) }, 1, 4);
    expect([...out.data]).toEqual([0, 2, 6, 8]);
    expect(out.data).toBeInstanceOf(Float32Array);
  });

  it("by hand: nearest of five to two takes the pixels 1 and 3", () => {
    expect([...resizeNearest({ height: 1, width: 5, data: Uint8Array.of(9, 8, 7, 6, 5) }, 1, 2).data]).toEqual([8, 6]);
  });

  it("leaves the size it has, as fractions", () => {
    const out = resizeBilinear({ height: 1, width: 2, channels: 1, data: Uint8Array.of(3, 250) }, 1, 2);
    expect(out.data).toEqual(Float32Array.of(3, 250));
  });
});
