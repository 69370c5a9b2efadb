import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { clahe } from "../raster/clahe.js";
import { boundingBox, fieldOfView } from "../raster/field-of-view.js";
import { resizeBilinear } from "../raster/resize.js";
import { readMask, readPicture } from "../readers/picture.js";
import { binarise } from "../readers/values.js";
import { prepare } from "./prepare.js";

/** `[2, 4, 3]`: green is 10 · row + column, red and blue are something else. */
const image = {
  height: 2,
  width: 4,
  channels: 3,
  data: Uint8Array.from([0, 1, 2, 3, 10, 11, 12, 13].flatMap((green) => [200, green, 99])),
};

describe("prepare", () => {
  it("by hand: green, half the width, divided by ten", () => {
    const { describe: steps, apply } = prepare([{ channel: "green" }, { resize: [2, 2] }, { scale: 10 }]);
    const label = { height: 2, width: 4, data: Uint8Array.of(0, 1, 0, 255, 1, 0, 1, 1) };
    const inside = { height: 2, width: 4, data: Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 0) };
    const { image: out, ...rest } = apply({ image, label, fieldOfView: inside });
    // Column centres 0.5 and 2.5; nearest takes the columns 1 and 3.
    expect(out).toEqual({ height: 2, width: 2, channels: 1, data: Float32Array.of(0.05, 0.25, 1.05, 1.25) });
    expect(rest.label).toEqual({ height: 2, width: 2, data: Uint8Array.of(1, 255, 0, 1) });
    expect(rest.valid).toEqual({ height: 2, width: 2, data: Uint8Array.of(1, 0, 1, 0) });
    expect(rest.size).toEqual({ native: [2, 4], prepared: [2, 2] });
    expect(steps).toEqual([{ channel: "green" }, { resize: [2, 2] }, { scale: 10 }]);
  });

  it("counts every pixel where neither label nor field of view is known", () => {
    const { label, valid, image: out } = prepare([{ channel: "red" }]).apply({ image });
    expect(label).toBeNull();
    expect(valid).toEqual({ height: 2, width: 4, data: new Uint8Array(8).fill(1) });
    expect(out.data).toEqual(new Float32Array(8).fill(200));
  });

  it("brings scores of several classes back to the input's own grid", () => {
    const { toNative } = prepare([{ channel: "green" }, { resize: [2, 2] }]).apply({ image });
    const back = toNative({ height: 2, width: 2, channels: 2, data: Float32Array.of(0, 8, 4, 0, 1, 1, 1, 1) });
    // Columns look at -0.25, 0.25, 0.75, 1.25.
    expect(back).toEqual({ height: 2, width: 4, channels: 2, data: Float32Array.of(0, 8, 1, 6, 3, 2, 4, 0, 1, 1, 1, 1, 1, 1, 1, 1) });
    expect(() => toNative({ height: 2, width: 4, channels: 1, data: new Float32Array(8) })).toThrow(
      userError(
        "scores-size",
        '[prepare] scores of "the picture" are on another grid. Expected 2 x 2 (height x width), found 2 x 4. Predict on the prepared picture, padding taken off.',
      ),
    );
  });

  it("resizes so that the field of view has the width, both sides alike", () => {
    const wide = { height: 30, width: 50, channels: 1, data: Uint8Array.from({ length: 1500 }, (_, i) => i % 50) };
    const inside = { height: 30, width: 50, data: Uint8Array.from({ length: 1500 }, (_, i) => (i % 50 >= 5 && i % 50 < 45 ? 1 : 0)) };
    const { image: out, valid } = prepare([{ fieldOfViewWidth: 20 }]).apply({ image: wide, fieldOfView: inside });
    expect([out.height, out.width]).toEqual([15, 25]);
    expect(boundingBox(valid)).toEqual({ top: 0, left: 2, height: 15, width: 20 });
    expect(out.data[3]).toBe(6.5);
  });

  it("does the steps in their order and fills in defaults", () => {
    const grey = { height: 40, width: 24, channels: 1, data: Uint8Array.from({ length: 960 }, (_, i) => (i * i) % 200) };
    const made = prepare([{ clahe: {} }, { resize: [20, 30] }]);
    expect(made.describe).toEqual([{ clahe: { clip: 2, tiles: 8 } }, { resize: [20, 30] }]);
    expect(made.apply({ image: grey }).image).toEqual(resizeBilinear(clahe(grey), 20, 30));
    expect(prepare([...made.describe]).describe).toEqual(made.describe);
  });

  it("refuses what does not lie on the image", () => {
    const { apply } = prepare([{ channel: "green" }]);
    const small = { height: 2, width: 3, data: new Uint8Array(6) };
    expect(() => apply({ id: "a/1", image, label: small })).toThrow(
      userError(
        "prepare-sizes",
        '[prepare] "a/1": image and label differ in size. Expected 2 x 4 (height x width), found 2 x 3. Nothing is resized silently: correct the files or their pairing.',
      ),
    );
    expect(() => apply({ id: "a/1", image, fieldOfView: small })).toThrow(
      userError(
        "prepare-sizes",
        '[prepare] "a/1": image and field of view differ in size. Expected 2 x 4 (height x width), found 2 x 3. Nothing is resized silently: correct the files or their pairing.',
      ),
    );
  });

  it("refuses colours left over and a width without a field of view", () => {
    expect(() => prepare([{ scale: 255 }]).apply({ id: "a/1", image })).toThrow(
      userError(
        "prepare-channels",
        '[prepare] "a/1" has 3 channels after the preparation. Expected 1. Add { channel: green } (or grey, red, blue) as the first step of prepare.',
      ),
    );
    const { apply } = prepare([{ channel: "green" }, { fieldOfViewWidth: 512 }]);
    const remedy = "Give the data set a field of view, or use { resize: [height, width] } instead.";
    expect(() => apply({ id: "a/1", image })).toThrow(
      userError(
        "field-of-view-needed",
        `[prepare] fieldOfViewWidth needs the field of view of "a/1". Expected a mask with at least one pixel, found none. ${remedy}`,
      ),
    );
    expect(() => apply({ id: "a/1", image, fieldOfView: { height: 2, width: 4, data: new Uint8Array(8) } })).toThrow(
      userError(
        "field-of-view-needed",
        `[prepare] fieldOfViewWidth needs the field of view of "a/1". Expected a mask with at least one pixel, found an empty one. ${remedy}`,
      ),
    );
  });

  it.runIf(existsSync("../shared/data/chase_db1"))("gives the real sets the sizes of datasets.md 2.2, 2.3 and 5.1", async () => {
    const steps = prepare([{ channel: "green" }, { clahe: {} }, { fieldOfViewWidth: 512 }, { scale: 255 }]);
    for (const { picture, manual, threshold, share, outside, size } of [
      {
        picture: "chase_db1/Image_06L.jpg",
        manual: "chase_db1/Image_06L_1stHO.png",
        threshold: 15,
        share: [0.65, 0.7],
        outside: 0.0045,
        size: [535, 556],
      },
      {
        picture: "stare/stare-images/im0001.ppm.gz",
        manual: "stare/labels-ah/im0001.ah.ppm.gz",
        threshold: 40,
        share: [0.73, 0.83],
        outside: 0.0001,
        size: [479, 554],
      },
    ]) {
      const read = await readPicture(`../shared/data/${picture}`);
      const label = binarise(await readMask(`../shared/data/${manual}`));
      const inside = fieldOfView(read, threshold);
      const count = inside.data.reduce((a, b) => a + b, 0) / inside.data.length;
      expect(count).toBeGreaterThanOrEqual(share[0]!);
      expect(count).toBeLessThanOrEqual(share[1]!);
      const vessels = label.data.reduce((a, b) => a + b, 0);
      expect(label.data.filter((v, i) => v === 1 && inside.data[i] === 0).length / vessels).toBeLessThanOrEqual(outside);
      const out = steps.apply({ id: picture, image: read, label, fieldOfView: inside });
      expect(Math.abs(out.size.prepared[0] - size[0]!)).toBeLessThanOrEqual(8);
      expect(Math.abs(out.size.prepared[1] - size[1]!)).toBeLessThanOrEqual(8);
      expect(Math.abs(boundingBox(out.valid)!.width - 512)).toBeLessThanOrEqual(1);
    }
  });
});
