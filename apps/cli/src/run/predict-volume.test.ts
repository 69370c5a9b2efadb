import { prepare } from "@segdistill/datasets/prepare";
import type { Raster } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import { predictVolume } from "./predict-volume.js";

const [depth, height, width] = [3, 4, 5];
/** Slice z holds 100 z + 10 row + column, from −100 on. */
const volume = {
  size: [depth, height, width] as const,
  slice: (z: number) => ({
    ...{ height, width, channels: 1 },
    data: Float32Array.from({ length: height * width }, (_, i) => 100 * (z - 1) + 10 * Math.floor(i / width) + (i % width)),
  }),
};
/** A network that calls foreground what is above a value. */
const above = (value: number) => (pictures: readonly Raster[]) =>
  Promise.resolve(
    pictures.map((picture) => ({ ...picture, channels: 2, data: Float32Array.from([...picture.data].flatMap((v) => [0, v - value])) })),
  );
const tiles = { size: Infinity, overlap: 0, multiple: 1 };

test("every slice is prepared and decided as a picture, in its place", async () => {
  const seen: string[] = [];
  const doing = (slice: number, of: number): void => void seen.push(`${slice}/${of}`);
  const labels = await predictVolume(volume, "v", { prepared: prepare([{ scale: 10 }]), logits: above(11.15), tiles, doing });
  // Above 111: in slice 2 all from row 1, column 2 on.
  const expected = Array.from({ length: 60 }, (_, i) => (i >= 40 + 7 ? 1 : 0));
  expect([...labels]).toEqual(expected);
  expect(seen).toEqual(["1/3", "2/3", "3/3"]);
});

test("a window goes before the student's preparation", async () => {
  // −100 … 155 become 0 … 255: above 111 is above 211.
  const labels = await predictVolume(volume, "v", { prepared: prepare([]), logits: above(211), tiles, window: { from: -100, to: 155 } });
  expect(labels.indexOf(1)).toBe(47);
});
