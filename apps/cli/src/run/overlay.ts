import type { Mask, Raster } from "@segdistill/core/contract";
import { windowed } from "@segdistill/datasets";

/** Orange, blue, green, …: told apart by people who do not see red or green (Okabe and Ito). */
const colours: readonly (readonly [number, number, number])[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [204, 121, 167],
  [213, 94, 0],
];

/** A mask as a picture to look at: two classes as 0 and 255, more classes as their indices. */
export const visible = (mask: Mask, classes: number): Mask =>
  classes > 2 ? mask : { ...mask, data: mask.data.map((v) => (v > 0 ? 255 : 0)) };

/** A picture as 8-bit RGB; other depths are brought there by their brightest pixel, slices of volumes by percentiles of the volume. */
export const eightBit = (picture: Raster): Raster & { readonly data: Uint8Array } => {
  const { height, width, channels, data } = picture.percentile ? windowed(picture, { percentiles: [0.5, 99.5] }) : picture;
  const scale = data instanceof Uint8Array ? 1 : 255 / brightest(data);
  const rgb = new Uint8Array(height * width * 3);
  for (let u = 0; u < height * width; u++)
    for (let c = 0; c < 3; c++) rgb[u * 3 + c] = Math.round(data[u * channels + (channels < 3 ? 0 : c)]! * scale);
  return { height, width, channels: 3, data: rgb };
};

const brightest = (data: Raster["data"]): number => {
  let top = 0;
  for (const v of data) if (v > top) top = v;
  return top || 1;
};

/** A picture with what was found drawn over it, 8-bit RGB: every class in a colour of its own, half transparent, its border opaque. */
export const overlay = (image: Raster, mask: Mask): Raster => {
  const { data, ...size } = eightBit(image);
  for (let y = 0, u = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++, u++) {
      const k = mask.data[u]!;
      if (k === 0) continue;
      const border = isBorder(mask, y, x, k);
      for (let c = 0; c < 3; c++) {
        const colour = colours[(k - 1) % colours.length]![c]!;
        data[u * 3 + c] = border ? colour : Math.round((data[u * 3 + c]! + colour) / 2);
      }
    }
  }
  return { ...size, data };
};

const isBorder = ({ height, width, data }: Mask, y: number, x: number, k: number): boolean =>
  [
    [y - 1, x],
    [y + 1, x],
    [y, x - 1],
    [y, x + 1],
  ].some(([v, u]) => v! >= 0 && v! < height && u! >= 0 && u! < width && data[v! * width + u!] !== k);
