import sharp from "sharp";
import { expect, test } from "vitest";
import { greyPng, maskPng } from "./mask-png.js";

/** Read back by another implementation (libvips). */
const decoded = (url: string) =>
  sharp(Buffer.from(url.slice(22), "base64"))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });

test.each([
  [5, 3],
  [4, 19],
  [60, 250],
])("a mask of %i × %i pixels comes back as it was", async (height, width) => {
  const mask = Uint8Array.from({ length: height * width }, (_, u) => ((u * u + 3 * u) % 7 < 3 ? 1 : 0));
  const url = maskPng(mask, height, width);
  expect(url.startsWith("data:image/png;base64,")).toBe(true);
  const { data, info } = await decoded(url);
  expect([info.height, info.width, info.channels]).toEqual([height, width, 1]);
  expect([...data]).toEqual([...mask].map((value) => 255 * value));
});

test("grey values of 8 bits come back as they were", async () => {
  const [height, width] = [7, 13];
  const values = Uint8Array.from({ length: height * width }, (_, u) => (37 * u) % 256);
  const rows = new Uint8Array(height * (width + 1)).map((_, i) =>
    i % (width + 1) === 0 ? 0 : values[i - 1 - Math.floor(i / (width + 1))]!,
  );
  const { data, info } = await decoded(greyPng(rows, 8, height, width));
  expect([info.height, info.width, info.channels]).toEqual([height, width, 1]);
  expect([...data]).toEqual([...values]);
});
