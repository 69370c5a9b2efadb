import { tensor1d, tensor2d } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import { adam } from "./adam.js";
import { clip } from "./clip.js";

await startEngine();

const gradient = () => [
  tensor1d([3, 0]),
  tensor2d([
    [0, -4],
    [12, 0],
  ]),
]; // prettier-ignore — norm √(9 + 16 + 144) = 13
const clipped = (to: Parameters<typeof clip>[0]) =>
  clip(to, adam({ rate: 1 })).gradient!(gradient()).map((t) => ({ shape: t.shape, values: [...t.dataSync()] }));

test("by hand: a norm over all variables together, direction kept", () => {
  const found = clipped({ norm: 6.5 });
  expect(found.map(({ shape }) => shape)).toEqual([[2], [2, 2]]);
  [1.5, 0, 0, -2, 6, 0].forEach((x, i) => expect(found.flatMap(({ values }) => values)[i]).toBeCloseTo(x, 5));
});

test("a gradient within the norm stays as it is, to the bit", () => {
  expect(clipped({ norm: 13.5 }).flatMap(({ values }) => values)).toEqual([3, 0, 0, -4, 12, 0]);
  expect(clip({ norm: 1 }, adam({ rate: 1 })).gradient!([tensor1d([0, 0])])[0]!.dataSync()).toEqual(new Float32Array(2));
});

test("by hand: every entry, and one after the other", () => {
  expect(clipped({ value: 3.5 }).flatMap(({ values }) => values)).toEqual([3, 0, 0, -3.5, 3.5, 0]);
  const both = clip({ norm: 6.5 }, clip({ value: 3 }, adam({ rate: 1 })));
  // first to [−3, 3]: norm √27 < 6.5
  expect(both.gradient!(gradient()).flatMap((t) => [...t.dataSync()])).toEqual([3, 0, 0, -3, 3, 0]);
  expect(both.describe).toEqual({ clip: { norm: 6.5 }, of: { clip: { value: 3 }, of: adam({ rate: 1 }).describe } });
});
