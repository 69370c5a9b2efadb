import type { Mask, Raster } from "@segdistill/core/contract";
import { classNumbers, colourMissing, coloursInJpeg, coloursMixed, softMask } from "./errors.js";
import { readMask, readPicture } from "../readers/picture.js";
import { binarise, mapped } from "../readers/values.js";
import type { FolderSettings } from "./folder-options.js";
import type { Found } from "./walk.js";

const unlabelled = 255;
/** How far from 0 or 255 a value of a mask may lie and still be one of the two. datasets.md 3 */
const near = 16;

export interface MaskClasses {
  readonly names: readonly string[];
  /** Class indices 0…K−1 of a mask file, 255 where it says nothing. */
  readonly read: (file: Found) => Promise<Mask>;
  /** The same of values that were read already, by value: colours are for files of pictures. */
  readonly of: (values: Raster, path: string) => Mask;
}

/**
 * How mask files become class indices: by value, by colour, or by one cut where no classes are given. datasets.md 3
 *
 * @throws here: colours and values mixed. Reading: an unknown value or colour, a soft mask, class numbers where one class was expected, colours in a JPEG.
 */
export function maskClasses({ classes, threshold, ignore }: Pick<FolderSettings, "classes" | "threshold" | "ignore">): MaskClasses {
  if (classes === undefined) {
    const of = (values: Raster, path: string): Mask => binary(values, path, threshold, ignore);
    return { names: ["background", "foreground"], read: async (file) => of(await readMask(file.file), file.path), of };
  }
  const named = Object.entries(classes).filter(([name]) => name !== "background");
  const names = ["background", ...named.map(([name]) => name)];
  const colours = Object.values(classes).filter((value) => typeof value === "string").length;
  if (colours > 0 && colours < Object.keys(classes).length) throw coloursMixed();
  const map = new Map<number, number>();
  if (classes["background"] === undefined) map.set(0, 0);
  for (const [name, value] of Object.entries(classes)) for (const one of valuesOf(value)) map.set(one, names.indexOf(name));
  for (const value of ignore) map.set(colours > 0 ? value * 0x010101 : value, unlabelled);
  const of = (values: Raster, path: string): Mask => mapped(values, map, path);
  return { names, read: colours > 0 ? (file) => byColour(file, map) : async (file) => of(await readMask(file.file), file.path), of };
}

function valuesOf(value: NonNullable<FolderSettings["classes"]>[string]): number[] {
  if (typeof value === "number") return [value];
  if (typeof value === "string") return [Number.parseInt(value.slice(1), 16)];
  if (Array.isArray(value)) return value;
  return Array.from({ length: Math.max(0, value.to - value.from + 1) }, (_, i) => value.from + i);
}

function binary(values: Raster, path: string, threshold: "auto" | number, ignore: readonly number[]): Mask {
  const left = new Set(ignore);
  const counted = Array.from<number>(values.data).filter((value) => !left.has(value));
  if (threshold === "auto" && values.data instanceof Uint8Array) refuseUnlessTwoValued(counted, path);
  const most = counted.reduce((a, b) => Math.max(a, b), 0);
  // Values that do not count must not decide whether a file is one of 0 and 1.
  const cut = most <= 1 ? 1 : threshold === "auto" ? undefined : threshold;
  const mask = binarise(values, cut);
  return left.size === 0 ? mask : { ...mask, data: mask.data.map((value, i) => (left.has(values.data[i]!) ? unlabelled : value)) };
}

function refuseUnlessTwoValued(values: readonly number[], path: string): void {
  const counts = new Uint32Array(256);
  for (const value of values) counts[value]! += 1;
  const between = (low: number, high: number): number => counts.subarray(low, high + 1).reduce((a, b) => a + b, 0);
  const odd = counts.findIndex((count, value) => value > 1 && count > 0);
  const isJpeg = /\.jpe?g$/i.test(path);
  if (odd > 0 && between(near + 1, 255) === 0 && !isJpeg) throw classNumbers(path, odd, counts[odd]!);
  if (between(near + 1, 255 - near - 1) > 0.01 * values.length)
    throw softMask(
      path,
      [0, 32, 64, 96, 128, 160, 192, 224].map((from) => between(from, from + 31) / values.length),
    );
}

async function byColour(file: Found, map: ReadonlyMap<number, number>): Promise<Mask> {
  if (/\.jpe?g$/i.test(file.path)) throw coloursInJpeg(file.path);
  const { height, width, channels, data } = await readPicture(file.file);
  const out = new Uint8Array(height * width);
  const colourAt = (i: number): number =>
    (data[i * channels]! << 16) | (data[i * channels + (channels < 3 ? 0 : 1)]! << 8) | data[i * channels + (channels < 3 ? 0 : 2)]!;
  for (let i = 0; i < out.length; i++) {
    const index = map.get(colourAt(i));
    if (index === undefined) {
      const colour = colourAt(i);
      let count = 0;
      for (let j = i; j < out.length; j++) if (colourAt(j) === colour) count++;
      throw colourMissing(file.path, hex(colour), count, [...map.keys()].map(hex));
    }
    out[i] = index;
  }
  return { height, width, data: out };
}

const hex = (colour: number): string => `#${colour.toString(16).padStart(6, "0")}`;

/** The union of several masks of one picture: the largest class index; 255 only where no mask has a class. datasets.md 3 */
export function united(masks: readonly Mask[]): Mask {
  const data = masks[0]!.data.slice();
  for (const mask of masks.slice(1))
    for (const [i, value] of mask.data.entries()) {
      const before = data[i]!;
      data[i] =
        before === unlabelled
          ? value === 0
            ? unlabelled
            : value
          : value === unlabelled
            ? before === 0
              ? unlabelled
              : before
            : Math.max(before, value);
    }
  return { ...masks[0]!, data };
}
