import { mkdir, open, readFile, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import { z } from "zod";
import { parsed } from "./remembered.js";
import { percentileOf, type Slice, type Volume } from "../readers/volume/index.js";

const [deflate, inflate] = [promisify(deflateRaw), promisify(inflateRaw)];
/** Little compression: most of what there is to win, and a tenth of the time. */
const level = 1;

const index = z.object({
  height: z.number(),
  width: z.number(),
  low: z.number(),
  step: z.number(),
  /** Counts of the histogram, then every slice: where it begins, its length, and whether its values are 16-bit integers. */
  counts: z.tuple([z.number(), z.number()]),
  slices: z.array(z.tuple([z.number(), z.number(), z.boolean()])),
});

/**
 * Writes the slices of a volume into a file from which each can be read alone: a volume whose slices are drawn at random among those of many others would else be decoded for every one of
 * them. Beside it, `<path>.json` says where they lie, and is written last. [ours]
 */
export async function writeSlices(path: string, volume: Volume): Promise<void> {
  const [depth, height, width] = volume.size;
  const beside = `${path}.${String(process.pid)}.part`;
  await mkdir(dirname(path), { recursive: true });
  const file = await open(beside, "w");
  try {
    let at = 0;
    const put = async (bytes: Uint8Array): Promise<[number, number]> => {
      const packed = await deflate(bytes, { level });
      await file.write(packed);
      at += packed.length;
      return [at - packed.length, packed.length];
    };
    const { low, step, counts: counted } = volume.histogram();
    const counts = await put(bytesOf(counted));
    const slices: [number, number, boolean][] = [];
    for (let slice = 0; slice < depth; slice++) {
      const { data } = volume.slice(slice);
      const whole = Int16Array.from(data);
      const isWhole = whole.every((value, i) => value === data[i]);
      slices.push([...(await put(bytesOf(isWhole ? whole : data))), isWhole]);
    }
    await file.close();
    await rename(beside, path);
    const text = JSON.stringify({ height, width, low, step, counts, slices });
    const list = await open(`${beside}.json`, "w");
    await list.writeFile(text);
    await list.close();
    await rename(`${beside}.json`, `${path}.json`);
  } finally {
    await file.close().catch(() => undefined);
    await rm(beside, { force: true });
    await rm(`${beside}.json`, { force: true });
  }
}

const bytesOf = (of: Int16Array | Uint32Array | Float32Array): Uint8Array => new Uint8Array(of.buffer, of.byteOffset, of.byteLength);

/** Slices that {@link writeSlices} wrote, read one by one; undefined where there are none, or something else. */
export async function openSlices(path: string): Promise<((z: number) => Promise<Slice>) | undefined> {
  const text = await readFile(`${path}.json`, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const found = index.safeParse(parsed(text));
  if (!found.success) return undefined;
  const { height, width, low, step, counts, slices } = found.data;
  let percentile: ReturnType<typeof percentileOf> | undefined;
  // Opened for every slice: a set may have more volumes than a process may have open files.
  const read = async (parts: readonly (readonly [number, number])[]): Promise<Buffer[]> => {
    const file = await open(path, "r");
    try {
      return await Promise.all(parts.map(async ([at, length]) => inflate(await piece(file, at, length))));
    } finally {
      await file.close();
    }
  };
  return async (z) => {
    const [at, length, isWhole] = slices[z]!;
    const [bytes, counted] = await read([[at, length], ...(percentile ? [] : [counts])]);
    if (counted) percentile ??= percentileOf({ low, step, counts: new Uint32Array(aligned(counted)) });
    const values = isWhole ? Float32Array.from(new Int16Array(aligned(bytes!))) : new Float32Array(aligned(bytes!));
    return { height, width, channels: 1, data: values, percentile: percentile! };
  };
}

async function piece(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
  return buffer;
}

const aligned = ({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer =>
  buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
