import type { Mask, Raster } from "@segdistill/core/contract";
import { maskFraction } from "./errors.js";
import { mapped } from "../readers/values.js";

/** Values of a slice as 8 bits where they are whole numbers from 0 to 255, else as 16 bits. @throws mask-fraction for other numbers */
export function wholeNumbers(values: Raster, path: string): Raster {
  let most = 0;
  for (const value of values.data) {
    if (!Number.isInteger(value) || value < 0 || value > 65535) throw maskFraction(path, value);
    if (value > most) most = value;
  }
  return { ...values, data: most < 256 ? Uint8Array.from(values.data) : Uint16Array.from(values.data) };
}

/** Class indices from the values of a label volume; a value that the map does not know is an error. */
export const byValue =
  (map: ReadonlyMap<number, number>) =>
  (values: Raster, path: string): Mask =>
    mapped(wholeNumbers(values, path), map, path);
