import type { Batch, Batches, Case } from "@segdistill/core/contract";
import type { Prepare, Prepared } from "../prepare/prepare.js";
import { hashed } from "./fingerprint.js";
import { kept } from "./kept.js";

export interface WholePicturesOptions {
  readonly cases: readonly Case[];
  /** `fingerprint()` of the data set they are from. */
  readonly dataSet: string;
  readonly prepare: Prepare;
  /** How many classes the labels tell apart, background included. */
  readonly classes: number;
  /** Side of a tile, or `[height, width]`. */
  readonly patch: number | readonly [number, number];
  readonly batch: number;
  /** What prepared pictures may take in memory. Default 1 GiB. */
  readonly cacheBytes?: number;
}

interface Tile {
  readonly id: string;
  readonly labelled: boolean;
  readonly image: Float32Array;
  readonly label: Uint8Array;
  readonly valid: Uint8Array;
}

/** Where tiles begin along an axis, and from which of its pixels on each counts: the last tile is moved back so that it ends with the picture. */
const along = (length: number, size: number): readonly { readonly start: number; readonly from: number }[] =>
  Array.from({ length: Math.ceil(length / size) }, (_, k) => {
    const start = Math.max(0, Math.min(k * size, length - size));
    return { start, from: k * size - start };
  });
/** A place outside, mirrored back without repeating the edge. */
const mirrored = (i: number, length: number): number => {
  const period = Math.max(1, 2 * (length - 1));
  const at = i % period;
  return at < length ? at : period - at;
};

function cutWhole(id: string, { image, label, valid }: Prepared, [height, width]: readonly [number, number]): Tile[] {
  return along(image.height, height).flatMap((row) =>
    along(image.width, width).map((column): Tile => {
      const tile = {
        id,
        labelled: label !== null,
        image: new Float32Array(height * width),
        label: new Uint8Array(height * width),
        valid: new Uint8Array(height * width),
      };
      for (let y = 0, to = 0; y < height; y++) {
        const top = row.start + y;
        const line = mirrored(top, image.height) * image.width;
        for (let x = 0; x < width; x++, to++) {
          const left = column.start + x;
          const at = line + mirrored(left, image.width);
          tile.image[to] = image.data[at]!;
          tile.label[to] = label?.data[at] ?? 0;
          const counts = y >= row.from && x >= column.from && top < image.height && left < image.width;
          tile.valid[to] = counts ? valid.data[at]! : 0;
        }
      }
      return tile;
    }),
  );
}

/**
 * Every pixel of every picture once, for a stage's validation: pictures in tiles of the training's patch, the same in every epoch. Where tiles overlap, a pixel
 * counts in the first one; mirrored margins count nowhere; the last batch is filled up with tiles that count nowhere. [ours]
 *
 * @throws what `prepare` throws, while reading
 */
export function wholePictures({
  cases,
  dataSet,
  prepare,
  classes,
  patch,
  batch: size,
  cacheBytes = 2 ** 30,
}: WholePicturesOptions): Batches {
  const [height, width] = typeof patch === "number" ? [patch, patch] : patch;
  const byId = new Map(cases.map((one) => [one.id, one]));
  const tilesOf = kept(async (id): Promise<{ readonly tiles: readonly Tile[]; readonly bytes: number }> => {
    const one = byId.get(id)!;
    const [image, label, fieldOfView] = await Promise.all([one.image(), one.label(), one.fieldOfView()]);
    const prepared = prepare.apply({ id, image, label, fieldOfView });
    const made = cutWhole(id, prepared, [height, width]);
    return { tiles: made, bytes: made.length * height * width * 6 };
  }, cacheBytes);

  const batchOf = (some: readonly Tile[]): Batch => {
    const pixels = height * width;
    const images = new Float32Array(size * pixels);
    const [labels, valid] = [new Uint8Array(size * pixels), new Uint8Array(size * pixels)];
    for (const [i, tile] of some.entries()) {
      images.set(tile.image, i * pixels);
      labels.set(tile.label, i * pixels);
      valid.set(tile.valid, i * pixels);
    }
    const filled = Array.from({ length: size }, (_, i) => some[i]);
    return {
      images,
      labels,
      valid,
      labelled: Uint8Array.from(filled, (tile) => Number(tile?.labelled === true)),
      cases: filled.map((tile) => tile?.id ?? "(none)"),
      occurrences: filled.map((_, i) => i),
    };
  };

  return {
    picture: { height, width, channels: 1, classes },
    fingerprint: hashed({ dataSet, cases: cases.map(({ id }) => id), prepare: prepare.describe, whole: [height, width], classes }),
    batchSize: size,
    epoch: async function* (_epoch, _seed, first = 0) {
      let waiting: Tile[] = [];
      let batch = 0;
      for (const { id } of cases) {
        waiting.push(...(await tilesOf(id)).tiles);
        while (waiting.length >= size) {
          if (batch++ >= first) yield batchOf(waiting.slice(0, size));
          waiting = waiting.slice(size);
        }
      }
      if (waiting.length > 0 && batch >= first) yield batchOf(waiting);
    },
  };
}
