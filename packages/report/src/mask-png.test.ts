import sharp from "sharp";
import { expect, test } from "vitest";
import { maskPng } from "./mask-png.js";

// read back by another implementation (libvips)
test.each([
  [5, 3],
  [4, 19],
  [60, 250],
])("a mask of %i × %i pixels comes back as it was", async (height, width) => {
  const mask = Uint8Array.from({ length: height * width }, (_, u) => ((u * u + 3 * u) % 7 < 3 ? 1 : 0));
  const url = maskPng(mask, height, width);
  expect(url.startsWith("data:image/png;base64,")).toBe(true);
  const { data, info } = await sharp(Buffer.from(url.slice(22), "base64"))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.height, info.width, info.channels]).toEqual([height, width, 1]);
  expect([...data]).toEqual([...mask].map((value) => 255 * value));
});
