import type { Raster } from "@segdistill/core/contract";
import { channelCount } from "./errors.js";

/** What can be picked from a picture. */
export type Channel = "green" | "grey" | "red" | "blue";

const position = { red: 0, green: 1, blue: 2 } as const;

/**
 * One channel of a picture, in the picture's own number type.
 *
 * `grey` = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded for whole numbers. A picture of one channel is returned as it is; alpha is not looked at.
 *
 * @param image `[h, w, 1 | 3 | 4]`
 * @returns `[h, w, 1]`
 * @throws channel-count for other numbers of channels
 */
export function channel(image: Raster, which: Channel): Raster {
  const { height, width, channels, data } = image;
  if (channels === 1) return image;
  if (channels !== 3 && channels !== 4) throw channelCount(which, channels);
  const pixels = height * width;
  const out =
    data instanceof Uint8Array ? new Uint8Array(pixels) : data instanceof Uint16Array ? new Uint16Array(pixels) : new Float32Array(pixels);
  if (which === "grey") {
    const whole = !(data instanceof Float32Array);
    for (let i = 0, j = 0; i < pixels; i++, j += channels) {
      const grey = 0.299 * data[j]! + 0.587 * data[j + 1]! + 0.114 * data[j + 2]!;
      out[i] = whole ? Math.round(grey) : grey;
    }
  } else for (let i = 0, j = position[which]; i < pixels; i++, j += channels) out[i] = data[j]!;
  return { height, width, channels: 1, data: out };
}

/** The largest of R, G, B of every pixel, as `[h, w, 1]` in the picture's own number type; alpha never enters. datasets.md 1.1 */
export function brightest(image: Raster): Raster {
  const { height, width, channels, data } = image;
  const colours = channels === 2 ? 1 : Math.min(channels, 3);
  if (channels === 1) return image;
  const pixels = height * width;
  const out =
    data instanceof Uint8Array ? new Uint8Array(pixels) : data instanceof Uint16Array ? new Uint16Array(pixels) : new Float32Array(pixels);
  for (let i = 0, j = 0; i < pixels; i++, j += channels) {
    let most = data[j]!;
    for (let c = 1; c < colours; c++) most = Math.max(most, data[j + c]!);
    out[i] = most;
  }
  return { height, width, channels: 1, data: out };
}
