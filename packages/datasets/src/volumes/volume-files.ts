import { z } from "zod";
import { sumOfBytes, type Sum } from "../adapters/fingerprint.js";
import { readHeader, readVolume, type Header, type Source, type Volume } from "../readers/volume/index.js";
import { recent } from "./recent.js";
import { remembered } from "./remembered.js";

/** A volume as a data set names it: what messages call it, and its files. */
export interface VolumeFile {
  /** Below the root: of a series the folder. */
  readonly path: string;
  readonly source: Source;
  readonly channel?: number | undefined;
}

export const filesOf = ({ source }: VolumeFile): readonly string[] => (typeof source === "string" ? [source] : source);

/** Two volumes with images, two with labels: the one that is read from, and the one that is read ahead. [ours] */
const held = 4;
const opened = recent((key) => {
  const [source, channel] = JSON.parse(key) as [Source, number | null];
  return readVolume(source, { channel: channel ?? undefined });
}, held);

/** A volume with its voxels; the last few stay in memory, whatever data sets they are of, so that the slices of one cost one reading. */
export const openVolume = ({ source, channel }: VolumeFile): Promise<Volume> => opened(JSON.stringify([source, channel ?? null]));

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
