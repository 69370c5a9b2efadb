import { open } from "node:fs/promises";
import { basename } from "node:path";
import { seriesGap, seriesSizes } from "./errors.js";
import { readItkSeries, readItkTags, type ItkImage } from "./itk.js";

const position = "0020|0032";
const orientation = "0020|0037";

/** Whether a file is DICOM: `DICM` at byte 128, whatever it is called. datasets.md 2.10 */
export async function isDicom(file: string): Promise<boolean> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(132), 0, 132, 0);
    return bytesRead === 132 && buffer.toString("latin1", 128) === "DICM";
  } finally {
    await handle.close();
  }
}

export interface Series {
  readonly image: ItkImage;
  /** The name of every slice's file along the third axis. */
  readonly order: readonly string[];
}

/**
 * Reads the files of a folder as one series, ordered by ImagePositionPatient and never by name or series UID. datasets.md 2.8
 *
 * The library sorts what is one series by its UIDs; where it leaves files out, because every slice has UIDs of its own, positions are read file by file.
 *
 * @throws volume-unreadable; series-sizes, series-gap where slices are missing (the distance of the first two is not the mean distance)
 */
export async function readSeries(folder: string, files: readonly string[]): Promise<Series> {
  const first = await readItkSeries(folder, files, false).catch((error: unknown) => {
    if (files.length < 2) throw error;
    return undefined;
  });
  const { image, order } =
    first?.order.length === files.length ? first : await readItkSeries(folder, await sortedByPosition(folder, files), true);
  if (image.size[2] !== files.length) throw seriesSizes(folder, files.length, image.size[2] ?? 1);
  if (order.length > 1) {
    const [a, b] = [await placeOf(order[0]!), await placeOf(order[1]!)];
    const step = Math.hypot(...a.at.map((mm, i) => b.at[i]! - mm));
    // One slice missing anywhere makes the two extents differ by a whole step.
    if (Math.abs(step - image.spacing[2]!) * (order.length - 1) > 0.5 * Math.min(step, image.spacing[2]!))
      throw seriesGap(folder, step, image.spacing[2]!);
  }
  return { image, order: order.map((file) => basename(file)) };
}

interface Place {
  readonly at: readonly number[];
  /** Along the series: the normal of the slice. */
  readonly along: number;
}

async function placeOf(file: string): Promise<Place> {
  const tags = await readItkTags(file, [position, orientation]);
  const numbers = (tag: string): number[] => (tags.get(tag) ?? "").split("\\").map(Number);
  const [at, cosines] = [numbers(position), numbers(orientation)];
  const [a, b, c, d, e, f] = cosines as [number, number, number, number, number, number];
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d];
  return { at, along: normal.reduce((sum, n, i) => sum + n * at[i]!, 0) };
}

async function sortedByPosition(folder: string, files: readonly string[]): Promise<readonly string[]> {
  const placed: { readonly file: string; readonly along: number }[] = [];
  for (const file of files) placed.push({ file, along: (await placeOf(file)).along });
  const sorted = placed.sort((a, b) => a.along - b.along);
  for (const [i, { along }] of sorted.entries())
    if (Number.isNaN(along) || (i > 0 && along - sorted[i - 1]!.along < 1e-4))
      throw seriesGap(folder, i > 0 ? along - sorted[i - 1]!.along : along, 0);
  return sorted.map(({ file }) => file);
}
