import { gzipSync } from "node:zlib";

export interface Nifti {
  /** Along the file's axes, the fastest first; a fourth one for channels. */
  readonly size: readonly number[];
  /** Rows of the affine, written as sform. */
  readonly affine: readonly (readonly [number, number, number, number])[];
  readonly value: (i: number, j: number, k: number, channel: number) => number;
  readonly type?: "uint8" | "int16" | "float32";
  readonly scale?: readonly [slope: number, intercept: number];
  readonly gzipped?: boolean;
}

/** `diag` of an affine with an offset. */
export const straight = (
  [x, y, z]: readonly [number, number, number],
  [a, b, c]: readonly [number, number, number] = [0, 0, 0],
): Nifti["affine"] => [
  [x, 0, 0, a],
  [0, y, 0, b],
  [0, 0, z, c],
];

/** The bytes of a made NIfTI-1 file. */
export function niftiFile({ size, affine, value, type = "int16", scale = [1, 0], gzipped = false }: Nifti): Buffer {
  const [nx, ny, nz, nt = 1] = size as [number, number, number, number?];
  const bytes = { uint8: 1, int16: 2, float32: 4 }[type];
  const file = Buffer.alloc(352 + nx * ny * nz * nt * bytes);
  file.writeInt32LE(348, 0);
  [size.length, nx, ny, nz, nt, 1, 1, 1].forEach((n, i) => file.writeInt16LE(n, 40 + 2 * i));
  file.writeInt16LE({ uint8: 2, int16: 4, float32: 16 }[type], 70);
  file.writeInt16LE(8 * bytes, 72);
  const lengths = [0, 1, 2].map((c) => Math.hypot(...affine.map((row) => row[c]!)));
  [1, ...lengths, 1, 1, 1, 1].forEach((mm, i) => file.writeFloatLE(mm, 76 + 4 * i));
  file.writeFloatLE(352, 108);
  scale.forEach((number, i) => file.writeFloatLE(number, 112 + 4 * i));
  file.writeInt16LE(1, 254);
  affine.flat().forEach((number, i) => file.writeFloatLE(number, 280 + 4 * i));
  file.write("n+1\0", 344, "latin1");
  let at = 352;
  for (let t = 0; t < nt; t++)
    for (let k = 0; k < nz; k++)
      for (let j = 0; j < ny; j++)
        for (let i = 0; i < nx; i++, at += bytes) {
          const one = value(i, j, k, t);
          if (type === "uint8") file.writeUInt8(one, at);
          else if (type === "int16") file.writeInt16LE(one, at);
          else file.writeFloatLE(one, at);
        }
  return gzipped ? gzipSync(file) : file;
}
