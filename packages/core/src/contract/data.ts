import type { PictureShape } from "./method.js";

/** A picture: `height × width` pixels of `channels` numbers, row-major, channels last. */
export interface Raster {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Uint8Array | Uint16Array | Float32Array;
  /** Of a slice: the value below which so many percent (0…100) of its whole volume lie. */
  readonly percentile?: (percent: number) => number;
}

/** The volume that a case is a slice of. */
export interface OfVolume {
  /** Unique in the set; results are reported by it. */
  readonly id: string;
  /** 0 is nearest to the feet. */
  readonly slice: number;
  /** How many slices the volume has. */
  readonly slices: number;
  /** `[slice, row, column]` in mm; null where it is not known. */
  readonly spacingMm: readonly [number, number, number] | null;
}

/** One number a pixel, row-major: class indices 0…K−1 of a label, with {@link UNLABELLED} where nothing is known; or 0 and 1 of a mask. */
export interface Mask {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/** The label value of a pixel that counts nowhere. */
export type Unlabelled = 255;

/** One picture of a data set with its truth, read when asked for. */
export interface Case {
  /** Path of the image below the root, without extension: unique in the set, stable between machines. */
  readonly id: string;
  /** The patient, or the nearest thing known. A split never divides a group. */
  readonly group: string;
  readonly domain: string;
  /** `[row, column]` in mm; null where the set has none. */
  readonly spacingMm: readonly [number, number] | null;
  /** Given for a slice of a volume: slices of one volume are scored together. */
  readonly volume?: OfVolume;
  readonly image: () => Promise<Raster>;
  /** Class indices; null where the case has no label. */
  readonly label: () => Promise<Mask | null>;
  /** 1 inside the field of view; null where every pixel counts. */
  readonly fieldOfView: () => Promise<Mask | null>;
  /** What a second observer drew; null where there is none. */
  readonly secondObserver: () => Promise<Mask | null>;
}

/** An opened data set. */
export interface DataSet {
  readonly name: string;
  readonly domain: string;
  /** Names by class index; the first is the background. */
  readonly classes: readonly string[];
  readonly cases: readonly Case[];
  /** Case ids by part; every part names whole groups. `all` always exists. */
  readonly splits: Readonly<Record<string, readonly string[]>>;
  /** Domains of other sets in which the same people are: none of them is unseen beside this one. */
  readonly samePeople?: readonly string[];
  /** What a user should know: a partial download, unknown patients. */
  readonly warnings: readonly string[];
  /** SHA-256 over sorted (id, size, SHA-256 of the file) of images and masks. */
  readonly fingerprint: () => Promise<string>;
}

/** One batch, in plain arrays: the core turns it into tensors. */
export interface Batch {
  /** `[B, H, W, channels]` */
  readonly images: Float32Array;
  /** `[B, H, W]` class indices; anything where the pixel is not valid or the image not labelled. */
  readonly labels: Uint8Array;
  /** `[B, H, W]`, 1 where the pixel counts. */
  readonly valid: Uint8Array;
  /** `[B]`, 1 where the image has a label. */
  readonly labelled: Uint8Array;
  /** `[B]` case ids, and how often each occurred before in this epoch. */
  readonly cases: readonly string[];
  readonly occurrences: readonly number[];
}

/** Batches in an order that is the same for every stage that is given them, in every run of the same seed. */
export interface Batches {
  readonly picture: PictureShape;
  /** Of what is in the batches: cases, preparation, sampling. Part of the content hash of every stage that reads it. */
  readonly fingerprint: string;
  readonly batchSize: number;
  /** The batches of one epoch from the `first` on. Depends on nothing but its arguments. */
  readonly epoch: (epoch: number, seed: number, first?: number) => AsyncIterable<Batch>;
}

/** What a stage trains on. */
export interface Data extends Batches {
  readonly batchesPerEpoch: number;
}
