import type { Latents } from "@segdistill/metrics-fsd";
import { badLatents } from "./errors.js";

const magic = Buffer.from("\x93NUMPY", "latin1");
const types = { "<f4": Float32Array, "<f8": Float64Array } as const;

/**
 * The rows of a NumPy file (.npy) that holds one array [N, d] of float32 or float64, little-endian, in C or Fortran order.
 *
 * @param file its name in messages
 * @throws frechet/file: anything else
 * Source: numpy.lib.format, versions 1.0 to 3.0.
 */
export const decodeNpy = (bytes: Buffer, file: string): Latents => {
  const refused = (found: string): Error =>
    badLatents(file, "a NumPy file of one array [N, d] of float32 or float64 (np.save)", found, "Save it again: np.save(path, latents)");
  if (bytes.length < 12 || !bytes.subarray(0, 6).equals(magic)) throw refused("another format");
  const wide = bytes[6]! > 1;
  const start = (wide ? 12 : 10) + (wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  if (start > bytes.length) throw refused("a file that breaks off in its header");
  const header = bytes.toString("latin1", wide ? 12 : 10, start);
  const type = /'descr': *'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const shape = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (type === undefined || order === undefined || shape === undefined) throw refused("a header without a plain type, order and shape");
  const sizes = shape.split(",").filter((size) => size.trim() !== "").map(Number); // prettier-ignore
  const [n, d] = sizes;
  if (type !== "<f4" && type !== "<f8") throw refused(`numbers of type ${type}`);
  if (n === undefined || d === undefined || sizes.length !== 2) throw refused(`an array of ${sizes.length} dimensions`);
  const expected = n * d * types[type].BYTES_PER_ELEMENT;
  if (bytes.length - start !== expected) throw refused(`${bytes.length - start} bytes of numbers where ${n} x ${d} take ${expected}`);
  // A copy: a Buffer may begin at any byte, these arrays may not.
  const data = new types[type](new Uint8Array(bytes.subarray(start)).buffer);
  return order === "True"
    ? Array.from({ length: n }, (_, i) => Float64Array.from({ length: d }, (__, j) => data[j * n + i]!))
    : Array.from({ length: n }, (_, i) => data.subarray(i * d, (i + 1) * d));
};
