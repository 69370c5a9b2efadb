import { expect, test } from "vitest";
import { overlay, visible } from "./overlay.js";

test("what was found is drawn in colour, its border opaque, the rest left as it is", () => {
  // a row of five grey pixels, the class in columns 1 to 3: 1 and 3 are its border
  const image = { height: 1, width: 5, channels: 1, data: Uint8Array.of(10, 20, 30, 40, 50) };
  const { data, channels } = overlay(image, { height: 1, width: 5, data: Uint8Array.of(0, 1, 1, 1, 0) });
  expect(channels).toBe(3);
  expect([...data]).toEqual([10, 10, 10, 230, 159, 0, 130, 95, 15, 230, 159, 0, 50, 50, 50]);
});

test("16 bits are brought to 8 by the brightest pixel; colour pictures keep their colours", () => {
  const none = { height: 1, width: 2, data: Uint8Array.of(0, 0) };
  expect([...overlay({ height: 1, width: 2, channels: 1, data: Uint16Array.of(1000, 500) }, none).data]).toEqual([
    255, 255, 255, 128, 128, 128,
  ]);
  expect([...overlay({ height: 1, width: 2, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }, none).data]).toEqual([1, 2, 3, 4, 5, 6]);
});

test("a slice of a volume is seen between percentiles of the volume: HU below 0 do not wrap around", () => {
  const slice = {
    height: 1,
    width: 4,
    channels: 1,
    data: Float32Array.of(-1000, -100, 0, 400),
    percentile: (p: number) => (p < 50 ? -100 : 100),
  };
  const { data } = overlay(slice, { height: 1, width: 4, data: Uint8Array.of(0, 0, 0, 0) });
  expect([data[0], data[3], data[6], data[9]]).toEqual([0, 0, 128, 255]);
});

test("a mask of two classes is made visible, of more it keeps its indices", () => {
  const mask = { height: 1, width: 3, data: Uint8Array.of(0, 1, 2) };
  expect([[...visible(mask, 2).data], [...visible(mask, 3).data]]).toEqual([
    [0, 255, 255],
    [0, 1, 2],
  ]);
});
