import type { Raster } from "@segdistill/core/contract";
import { tileOptions } from "./errors.js";
import { crop, pad, type Margins } from "../raster/rearrange.js";

export interface TileOptions {
  /** Of the picture, in pixels. */
  readonly height: number;
  readonly width: number;
  /** Side of a tile in pixels; `Infinity`: the whole picture at once. */
  readonly size: number;
  /** Share of a tile that neighbours have in common at least, 0 … below 1. */
  readonly overlap?: number;
  /** What the network's sides must be multiples of. */
  readonly multiple?: number;
}

/** How tiles cover a picture. */
export interface Tiling {
  /** Size of every tile: a multiple of `multiple`. */
  readonly height: number;
  readonly width: number;
  /** Mirrored margins that the picture gets first; all 0 unless it is smaller than a tile. */
  readonly margins: Margins;
  /** First row and column of every tile in the picture with its margins, row by row. */
  readonly tiles: readonly { readonly top: number; readonly left: number }[];
  /** `[height, width]`, above 0 to 1: how much a pixel of a tile counts where tiles overlap. */
  readonly weights: Float32Array;
}

interface Axis {
  readonly tile: number;
  readonly before: number;
  readonly after: number;
  readonly starts: readonly number[];
  readonly ramp: readonly number[];
}

function axis(length: number, size: number, overlap: number, multiple: number): Axis {
  const up = (n: number): number => Math.ceil(n / multiple) * multiple;
  const tile = Math.min(up(size), up(length));
  const missing = Math.max(0, tile - length);
  const covered = length + missing;
  const common = Math.floor(tile * overlap);
  const count = Math.ceil((covered - tile) / (tile - common)) + 1;
  const starts = Array.from({ length: count }, (_, k) => (count === 1 ? 0 : Math.round((k * (covered - tile)) / (count - 1))));
  const ramp = Array.from({ length: tile }, (_, i) => Math.min(1, (Math.min(i, tile - 1 - i) + 1) / (common + 1)));
  return { tile, before: Math.floor(missing / 2), after: Math.ceil(missing / 2), starts, ramp };
}

/**
 * Covers a picture with equal tiles. [ours]
 *
 * A tile's side is `size`, no more than the picture's, rounded up to `multiple`; the picture gets mirrored margins where it is smaller. Along each axis there are as few tiles as
 * an overlap of at least ⌊side · overlap⌋ allows, evenly spread. Weights fall linearly over the overlap towards each edge of the tile: min(1, (d + 1) / (overlap + 1)), d = distance
 * from the edge in pixels, the product over both axes.
 *
 * @throws tile-options
 */
export function tiles({ height, width, size, overlap = 0.25, multiple = 1 }: TileOptions): Tiling {
  for (const [name, value] of Object.entries({ height, width, multiple })) {
    if (!Number.isInteger(value) || value < 1) throw tileOptions(name, "a whole number from 1 on", value);
  }
  if (!(size >= 1)) throw tileOptions("size", "at least 1 pixel", size);
  if (!(overlap >= 0 && overlap < 1)) throw tileOptions("overlap", "a share of 0 to below 1", overlap);
  const rows = axis(height, size, overlap, multiple);
  const columns = axis(width, size, overlap, multiple);
  return {
    height: rows.tile,
    width: columns.tile,
    margins: { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after },
    tiles: rows.starts.flatMap((top) => columns.starts.map((left) => ({ top, left }))),
    weights: Float32Array.from(rows.ramp.flatMap((v) => columns.ramp.map((u) => u * v))),
  };
}

/** The pixels of all tiles of a picture `[H, W, C]`, margins mirrored without repeating the edge: one raster `[height, width, C]` a tile, in the order of the tiling. */
export function cutTiles(tiling: Tiling, picture: Raster): Raster[] {
  const padded = pad(picture, tiling.margins, "reflect");
  const { height, width } = tiling;
  return tiling.tiles.map(({ top, left }) => crop(padded, { top, left, height, width }));
}

/**
 * Scores of the picture from scores of its tiles: Σ weight · score / Σ weight over the tiles that see a pixel, margins taken off.
 *
 * @param scores `[height, width, K]` a tile, in the order of the tiling
 * @param size of the picture
 * @returns `[H, W, K]`
 */
export function blended(tiling: Tiling, scores: readonly Raster[], size: { readonly height: number; readonly width: number }): Raster {
  const { margins, weights } = tiling;
  const channels = scores[0]?.channels ?? 1;
  const height = size.height + margins.top + margins.bottom;
  const width = size.width + margins.left + margins.right;
  const sum = new Float32Array(height * width * channels);
  const total = new Float32Array(height * width);
  for (const [k, { top, left }] of tiling.tiles.entries()) {
    const { data } = scores[k]!;
    for (let y = 0, i = 0; y < tiling.height; y++) {
      for (let x = 0, o = (top + y) * width + left; x < tiling.width; x++, i++, o++) {
        const weight = weights[i]!;
        total[o]! += weight;
        for (let c = 0; c < channels; c++) sum[o * channels + c]! += weight * data[i * channels + c]!;
      }
    }
  }
  for (let o = 0; o < total.length; o++) for (let c = 0; c < channels; c++) sum[o * channels + c]! /= total[o]!;
  return crop({ height, width, channels, data: sum }, { top: margins.top, left: margins.left, ...size });
}
