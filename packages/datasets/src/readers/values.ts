import type { Mask, Raster } from "@segdistill/core/contract";
import { maskValue } from "./errors.js";

/**
 * A mask of 0 and 1 from the values of a mask file: where only 0 and 1 occur `> 0`, else `>= threshold`. datasets.md 1.1
 *
 * @param values `[h, w, 1]` as from `readMask`
 * @param threshold 128 by default, 32768 for 16 bits
 */
export function binarise(values: Raster, threshold = values.data instanceof Uint16Array ? 32768 : 128): Mask {
  const { height, width, data } = values;
  const from = data.every((value) => value <= 1) ? 1 : threshold;
  const out = new Uint8Array(height * width);
  for (let i = 0; i < out.length; i++) out[i] = data[i]! >= from ? 1 : 0;
  return { height, width, data: out };
}

/**
 * Class indices from the values of a mask file through a map `value → class index` (255: unlabelled). datasets.md 1.1
 *
 * @param values `[h, w, 1]` as from `readMask`
 * @throws mask-value for a value that the map does not know, with its count
 */
export function mapped(values: Raster, map: ReadonlyMap<number, number>, path: string): Mask {
  const { height, width, data } = values;
  const out = new Uint8Array(height * width);
  for (let i = 0; i < out.length; i++) {
    const index = map.get(data[i]!);
    if (index === undefined) {
      const value = data[i]!;
      let count = 0;
      for (let j = i; j < out.length; j++) if (data[j] === value) count++;
      throw maskValue(path, value, count, [...map.keys()]);
    }
    out[i] = index;
  }
  return { height, width, data: out };
}
