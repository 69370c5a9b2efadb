import type { Mask, Raster } from "@segdistill/core/contract";

/** For every target index: the two source indices and the weight of the second. */
interface Line {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Float64Array;
}

function line(from: number, to: number): Line {
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const weight = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const at = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    first[i] = Math.min(Math.floor(at), from - 1);
    second[i] = Math.min(first[i]! + 1, from - 1);
    weight[i] = at - first[i]!;
  }
  return { first, second, weight };
}

/**
 * Bilinear resizing with half-pixel centres and without antialiasing: target i looks at (i + ½) · from / to − ½, held inside the picture. methods.md 1.5
 *
 * @param raster `[H, W, C]`
 * @returns `[height, width, C]` as Float32Array, unrounded, in the range of the input
 */
export function resizeBilinear(raster: Raster, height: number, width: number): Raster {
  const { channels, data } = raster;
  if (height === raster.height && width === raster.width) {
    return { height, width, channels, data: data instanceof Float32Array ? data : Float32Array.from(data) };
  }
  const rows = line(raster.height, height);
  const columns = line(raster.width, width);
  const out = new Float32Array(height * width * channels);
  const stride = raster.width * channels;
  let o = 0;
  for (let y = 0; y < height; y++) {
    const top = rows.first[y]! * stride;
    const bottom = rows.second[y]! * stride;
    const v = rows.weight[y]!;
    for (let x = 0; x < width; x++) {
      const left = columns.first[x]! * channels;
      const right = columns.second[x]! * channels;
      const u = columns.weight[x]!;
      for (let c = 0; c < channels; c++) {
        const above = data[top + left + c]! * (1 - u) + data[top + right + c]! * u;
        const below = data[bottom + left + c]! * (1 - u) + data[bottom + right + c]! * u;
        out[o++] = above * (1 - v) + below * v;
      }
    }
  }
  return { height, width, channels, data: out };
}

/**
 * Nearest resizing of a label or mask: target i takes source ⌊(i + ½) · from / to⌋. methods.md 1.5
 *
 * @returns `[height, width]` with values of the input only
 */
export function resizeNearest(mask: Mask, height: number, width: number): Mask {
  if (height === mask.height && width === mask.width) return mask;
  const source = (i: number, from: number, to: number): number => Math.min(from - 1, Math.floor(((i + 0.5) * from) / to));
  const columns = Int32Array.from({ length: width }, (_, x) => source(x, mask.width, width));
  const data = new Uint8Array(height * width);
  for (let y = 0, o = 0; y < height; y++) {
    const row = source(y, mask.height, height) * mask.width;
    for (let x = 0; x < width; x++) data[o++] = mask.data[row + columns[x]!]!;
  }
  return { height, width, data };
}
