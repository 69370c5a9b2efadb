import { z } from "zod";
import { sumOfBytes, type Sum } from "../adapters/fingerprint.js";
import { readHeader, readVolume, type Header, type Slice, type Source } from "../readers/volume/index.js";
import { recent } from "./recent.js";
import { remembered, rememberedPath } from "./remembered.js";
import { openSlices, writeSlices } from "./slice-store.js";

/** A volume as a data set names it: what messages call it, and its files. */
export interface VolumeFile {
  /** Below the root: of a series the folder. */
  readonly path: string;
  readonly source: Source;
  readonly channel?: number | undefined;
}

export const filesOf = ({ source }: VolumeFile): readonly string[] => (typeof source === "string" ? [source] : source);

/** Two images and two labels: those that are read from, and those that are read ahead. [ours] */
const held = 4;
const met = new Set<string>();

const slicesOf = recent(async (key): Promise<(z: number) => Slice | Promise<Slice>> => {
  const [source, channel] = JSON.parse(key) as [Source, number | null];
  const path = `${await rememberedPath(`slices ${String(channel)}`, [source].flat())}.slices`;
  const stored = await openSlices(path);
  if (stored) return stored;
  const volume = await readVolume(source, { channel: channel ?? undefined });
  // Asked for again after it was let go: its slices are not read one after the other, and it would be decoded again and again.
  if (met.has(key)) await writeSlices(path, volume).catch(() => undefined);
  met.add(key);
  return volume.slice;
}, held);

/** Slice z of a volume. The last few volumes stay in memory, whatever data sets they are of; one that comes back is kept in the cache folder, slice by slice. */
export const sliceOf = async ({ source, channel }: VolumeFile, z: number): Promise<Slice> =>
  (await slicesOf(JSON.stringify([source, channel ?? null])))(z);

const number = z.number();
const row = z.tuple([number, number, number, number]);
const header = z.object({
  grid: z.object({ size: z.tuple([number, number, number]), affine: z.tuple([row, row, row]) }),
  channels: number,
  order: z.array(z.string()).optional(),
});

/** The header of a volume; read once, then known from the cache. */
export const headerOf = (file: VolumeFile): Promise<Header> =>
  remembered("header", filesOf(file), header as z.ZodType<Header>, () => readHeader(file.source));

/** Length and SHA-256 of a file; of one that did not change since, from the cache. */
export const rememberedSum = (bytes: string | Uint8Array): Promise<Sum> =>
  typeof bytes === "string"
    ? remembered("sum", [bytes], z.object({ length: number, sha256: z.string() }), () => sumOfBytes(bytes))
    : sumOfBytes(bytes);
