import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { stepsOf } from "./grid.js";
import { writeItk, type ItkImage } from "./itk.js";
import type { Volume } from "./volume.js";

const [qformCode, sformCode] = [252, 254];

/**
 * Writes class indices `[z, row, column]` as a NIfTI file of uint8 on the grid of a volume: axes in its order, its affine (to the rounding of float32), and, where it was NIfTI itself, its
 * qform and sform codes, so that what read the input places the labels alike.
 *
 * @param path ends in `.nii` or `.nii.gz`
 */
export async function writeLabels(path: string, labels: Uint8Array, { size, grid, axes, header }: Volume): Promise<void> {
  const { start, step } = stepsOf(grid.size, axes);
  const data = new Uint8Array(labels.length);
  const [depth, height, width] = size;
  for (let z = 0, from = 0; z < depth; z++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++, from++) data[start + z * step[0] + row * step[1] + column * step[2]] = labels[from]!;
  const beside = `${path}.${String(process.pid)}.nii`;
  try {
    await writeItk(beside, { ...threeAxes(header), data });
    const bytes = await readFile(beside);
    for (const [at, code] of [[qformCode, "qform_code"], [sformCode, "sform_code"]] as const) // prettier-ignore
      if (header.metadata.has(code)) bytes.writeInt16LE(Number(header.metadata.get(code)), at);
    await writeFile(beside, /\.gz$/i.test(path) ? gzipSync(bytes) : bytes);
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}

/** The first three axes, without metadata: of it nothing belongs to labels. */
function threeAxes(image: ItkImage): Omit<ItkImage, "data"> {
  const { dimension } = image.imageType;
  const direction = Float64Array.from({ length: 9 }, (_, i) => image.direction[Math.floor(i / 3) * dimension + (i % 3)]!);
  return {
    imageType: { dimension: 3, componentType: "uint8", pixelType: "Scalar", components: 1 },
    name: "labels",
    origin: image.origin.slice(0, 3),
    spacing: image.spacing.slice(0, 3),
    direction,
    size: image.size.slice(0, 3),
    metadata: new Map(),
  };
}
