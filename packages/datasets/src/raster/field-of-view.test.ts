import { describe, expect, it } from "vitest";
import fixture from "../../fixtures/field-of-view.json" with { type: "json" };
import { boundingBox, fieldOfView, filled, largestComponent, opened } from "./field-of-view.js";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

describe("field of view", () => {
  it.each(fixture.cases)(
    "is scipy's, step by step, at $height x $width",
    ({ height, width, threshold, picture, bright, opened: open, largest, filled: full, box }) => {
      const mask = (text: string) => ({ height, width, data: bytes(text) });
      expect(opened(mask(bright), 2)).toEqual(mask(open));
      expect(largestComponent(mask(open))).toEqual(mask(largest));
      expect(filled(mask(largest))).toEqual(mask(full));
      const found = fieldOfView({ height, width, channels: 3, data: bytes(picture) }, threshold);
      expect(found).toEqual(mask(full));
      expect(boundingBox(found)).toEqual(box);
    },
  );

  it("by hand: of two parts the larger, its hole filled", () => {
    const mask = { height: 4, width: 6, data: Uint8Array.from("110000 001110 001010 001110".replaceAll(" ", ""), Number) };
    const largest = largestComponent(mask);
    expect([...largest.data].join("")).toBe("000000 001110 001010 001110".replaceAll(" ", ""));
    expect([...filled(largest).data].join("")).toBe("000000 001110 001110 001110".replaceAll(" ", ""));
    expect(boundingBox(largest)).toEqual({ top: 1, left: 2, height: 3, width: 3 });
  });

  it("does not connect the end of a row with the start of the next; of equal parts takes the first", () => {
    expect([...largestComponent({ height: 2, width: 4, data: Uint8Array.of(0, 0, 0, 1, 1, 0, 0, 0) }).data]).toEqual([
      0, 0, 0, 1, 0, 0, 0, 0,
    ]);
    expect([...largestComponent({ height: 3, width: 3, data: Uint8Array.of(0, 0, 1, 1, 0, 0, 1, 0, 0) }).data]).toEqual([
      0, 0, 0, 1, 0, 0, 1, 0, 0,
    ]);
  });

  it("is empty for a dark picture", () => {
    const found = fieldOfView({ height: 7, width: 9, channels: 1, data: new Uint8Array(63).fill(40) }, 40);
    expect(found.data.some((value) => value !== 0)).toBe(false);
    expect(boundingBox(found)).toBeNull();
  });
});
