import { stat } from "node:fs/promises";
import type { Raster } from "@segdistill/core/contract";
import { volumeAxes, volumeChannel, volumeMissing, volumeUnreadable } from "./errors.js";
import { along, axesOf, gridOf, spacingOf, stepsOf, type Axes, type Grid } from "./grid.js";
import { readItk, type ItkImage, type Voxels } from "./itk.js";
import { histogramOf, percentileOf, type Histogram } from "./percentiles.js";
import { readSeries } from "./series.js";
import { refuseBrokenOff } from "./whole-file.js";

/** `[rows, columns, 1]`, values as the header scales them: HU in CT. */
export interface Slice extends Raster {
  readonly data: Float32Array;
}

/** A volume in canonical axes `[z, row, column]`: z to the head, rows to the back, columns to the patient's left; oblique ones along their own axes. */
export interface Volume {
  readonly size: readonly [number, number, number];
  /** Between neighbours along z, row and column. */
  readonly spacingMm: readonly [number, number, number];
  /** Of the file. */
  readonly grid: Grid;
  readonly axes: Axes;
  readonly slice: (z: number) => Slice;
  /** Of all voxels; found when first asked for. */
  readonly histogram: () => Histogram;
  /** What was read, without its voxels: enough to write something on the same grid. */
  readonly header: ItkImage;
}

/** What there is to a volume before its voxels are read. */
export interface Header {
  readonly grid: Grid;
  /** More than 1 where a file holds several volumes of one grid along a fourth axis. */
  readonly channels: number;
  /** Of a DICOM series: the name of every slice's file along the third axis. */
  readonly order?: readonly string[];
}

/** A file, or the files of a DICOM series. */
export type Source = string | readonly string[];

const textOf = (source: Source): string => (typeof source === "string" ? source : source[0]!.replace(/[\\/][^\\/]*$/, ""));

/** Reads the header of a volume; of a DICOM series everything, since its grid follows from all positions. @throws as {@link readVolume} */
export async function readHeader(source: Source): Promise<Header> {
  const { image, order } = await read(source, true);
  return { grid: gridOf(image), channels: image.size[3] ?? 1, ...(order && { order }) };
}

/**
 * Reads a volume: NIfTI, NRRD or MetaImage by the file's ending, or the files of a DICOM series. datasets.md 1.1, 4
 *
 * scl_slope, scl_inter and DICOM's rescale are applied. Of a fourth axis the index `channel` is taken.
 *
 * @throws volume-missing, volume-unreadable (damaged, an affine with other than right angles, slices missing in a series), volume-axes, volume-channel
 */
export async function readVolume(source: Source, { channel }: { readonly channel?: number | undefined } = {}): Promise<Volume> {
  const { image } = await read(source, false);
  const channels = image.size[3] ?? 1;
  if (channels > 1 && channel === undefined) throw volumeChannel(textOf(source), channels, undefined);
  if ((channel ?? 0) >= channels) throw volumeChannel(textOf(source), channels, channel);
  const grid = gridOf(image);
  const axes = axesOf(grid);
  const [i, j, k] = grid.size;
  const count = i * j * k;
  const voxels = image.data!.subarray((channel ?? 0) * count, ((channel ?? 0) + 1) * count);
  const { start, step } = stepsOf(grid.size, axes);
  const size = along(grid.size, axes);
  const [, height, width] = size;
  let histogram: Histogram | undefined;
  let percentile: ReturnType<typeof percentileOf> | undefined;
  const counted = (): Histogram => (histogram ??= histogramOf(voxels));
  return {
    size,
    spacingMm: along(spacingOf(grid), axes),
    grid,
    axes,
    header: { ...image, data: null },
    histogram: counted,
    slice: (z) => {
      const data = new Float32Array(height * width);
      for (let row = 0, to = 0; row < height; row++)
        for (let column = 0; column < width; column++, to++) data[to] = voxels[start + z * step[0] + row * step[1] + column * step[2]]!;
      return { height, width, channels: 1, data, percentile: (percent) => (percentile ??= percentileOf(counted()))(percent) };
    },
  };
}

async function read(source: Source, headerOnly: boolean): Promise<{ readonly image: ItkImage; readonly order?: readonly string[] }> {
  const path = textOf(source);
  if (typeof source === "string") {
    const kind = await stat(source).catch(() => undefined);
    if (kind?.isFile() !== true) throw volumeMissing(source);
  }
  const found = typeof source === "string" ? { image: await readItk(source, { headerOnly }) } : await readSeries(path, source);
  const { image } = found;
  const { dimension, components } = image.imageType;
  if (dimension < 3 || dimension > 4 || components !== 1) throw volumeAxes(path, dimension, components);
  if (image.spacing.slice(0, 3).some((mm) => !(mm > 0))) throw volumeUnreadable(path, `a spacing of ${image.spacing.join(" x ")} mm`);
  const expected = image.size.reduce((a, b) => a * b, 1);
  if (!headerOnly && (image.data as Voxels).length !== expected)
    throw volumeUnreadable(path, `${String((image.data as Voxels).length)} voxels instead of ${String(expected)}`);
  if (!headerOnly && typeof source === "string" && image.metadata.has("vox_offset")) await refuseBrokenOff(source, image);
  withoutUnusedIntercept(image);
  return { ...found, image: byMatrix(path, image) };
}

/** A slope of 0 means that NIfTI values are not scaled at all; the library adds the intercept all the same. */
function withoutUnusedIntercept({ metadata, data }: ItkImage): void {
  const intercept = Number(metadata.get("scl_inter") ?? 0);
  if (data === null || Number(metadata.get("scl_slope") ?? 1) !== 0 || intercept === 0) return;
  for (let i = 0; i < data.length; i++) data[i]! -= intercept;
}

/**
 * Where a NIfTI file has a matrix (sform), it counts, as for nibabel and viewers; the library takes lengths from pixdim, and the quaternion where the matrix has other than right angles,
 * and says so nowhere. Lengths are corrected by the header's text of six digits.
 */
function byMatrix(path: string, image: ItkImage): ItkImage {
  if (!(Number(image.metadata.get("sform_code") ?? 0) > 0)) return image;
  const rows = ["srow_x", "srow_y", "srow_z"].map((row) =>
    String(image.metadata.get(row)) // prettier-ignore
      .split(/[\s,]+/)
      .map(Number),
  );
  const { affine } = gridOf(image);
  const isNear = (a: number, b: number, slack: number): boolean => Math.abs(a - b) <= slack;
  const lengths = [0, 1, 2].map((c) => Math.hypot(...rows.map((row) => row[c]!)));
  const isTurnedAlike = affine.every((row, r) =>
    [0, 1, 2].every((c) => isNear(row[c]! / image.spacing[c]!, rows[r]![c]! / lengths[c]!, 1e-4)),
  );
  if (!isTurnedAlike || affine.some((row, r) => !isNear(row[3], rows[r]![3]!, 1e-3 + 1e-5 * Math.abs(row[3]))))
    throw volumeUnreadable(path, "an affine whose axes are not at right angles");
  const spacing = image.spacing.map((mm, c) => (c < 3 && !isNear(mm, lengths[c]!, 1e-4 * mm) ? lengths[c]! : mm));
  return { ...image, spacing };
}
