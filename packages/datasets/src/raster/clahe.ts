import type { Raster } from "@segdistill/core/contract";
import { claheInput } from "./errors.js";
import { reflected } from "./rearrange.js";

/** `clip`: how often the mean count of a grey level a tile's histogram may reach (> 0); `tiles`: tiles a side. */
export interface ClaheOptions {
  readonly clip: number;
  readonly tiles: number;
}

/** The tables of one picture: `levels[(row · tiles + column) · 256 + grey]` is the new grey of a tile. */
interface Tables {
  readonly levels: Uint8Array;
  readonly tileHeight: number;
  readonly tileWidth: number;
}

/** Ties to the even neighbour, as the processor's own rounding does in OpenCV. */
function rounded(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}

/** a · (1 − u) + b · u in single precision, as OpenCV computes it: ties of tile borders fall the same way. */
const mixed = (a: number, b: number, u: number): number => Math.fround(Math.fround(a * Math.fround(1 - u)) + Math.fround(b * u));

/** Cuts a histogram at `limit` and spreads what was cut: evenly, the remainder in equal strides from grey 0 on. */
function clipped(histogram: Int32Array, limit: number): void {
  let cut = 0;
  for (let g = 0; g < 256; g++) {
    if (histogram[g]! > limit) {
      cut += histogram[g]! - limit;
      histogram[g] = limit;
    }
  }
  const share = Math.floor(cut / 256);
  let rest = cut - share * 256;
  for (let g = 0; g < 256; g++) histogram[g]! += share;
  const stride = rest > 0 ? Math.max(1, Math.floor(256 / rest)) : 1;
  for (let g = 0; g < 256 && rest > 0; g += stride, rest--) histogram[g]! += 1;
}

function tables(data: Uint8Array, height: number, width: number, { clip, tiles }: ClaheOptions): Tables {
  // OpenCV extends both sides as soon as one does not divide, a dividing side by a whole row of tiles.
  const divides = height % tiles === 0 && width % tiles === 0;
  const tileHeight = divides ? height / tiles : Math.floor(height / tiles) + 1;
  const tileWidth = divides ? width / tiles : Math.floor(width / tiles) + 1;
  const area = tileHeight * tileWidth;
  const limit = Math.max(1, Math.floor((clip * area) / 256));
  const scale = Math.fround(255 / area);
  const levels = new Uint8Array(tiles * tiles * 256);
  const columns = Int32Array.from({ length: tileWidth * tiles }, (_, x) => reflected(x, width));
  const histogram = new Int32Array(256);
  for (let tile = 0; tile < tiles * tiles; tile++) {
    const top = Math.floor(tile / tiles) * tileHeight;
    const left = (tile % tiles) * tileWidth;
    histogram.fill(0);
    for (let y = top; y < top + tileHeight; y++) {
      const row = reflected(y, height) * width;
      for (let x = left; x < left + tileWidth; x++) histogram[data[row + columns[x]!]!]! += 1;
    }
    clipped(histogram, limit);
    for (let g = 0, sum = 0; g < 256; g++) {
      sum += histogram[g]!;
      levels[tile * 256 + g] = Math.min(255, rounded(Math.fround(sum * scale)));
    }
  }
  return { levels, tileHeight, tileWidth };
}

/**
 * Contrast limited adaptive histogram equalisation, equal to OpenCV's `createCLAHE(clip, (tiles, tiles))` (promised: to ±1 grey level; the fixture is met exactly).
 *
 * Every tile's histogram is cut at max(1, ⌊clip · area / 256⌋), the rest spread, and summed to a table; a pixel's grey is bilinear between the tables of the
 * four nearest tile centres. Sides that `tiles` does not divide are mirrored at the bottom and right. Zuiderveld, Graphics Gems IV (1994); defaults 2 and 8: interfaces.md 2.
 *
 * @param image `[h, w, 1]`, 8 bit
 * @returns `[h, w, 1]`, 8 bit
 * @throws clahe-input for other pictures
 */
export function clahe(image: Raster, { clip = 2, tiles = 8 }: Partial<ClaheOptions> = {}): Raster {
  const { height, width, channels, data } = image;
  if (channels !== 1 || !(data instanceof Uint8Array)) {
    const kind = data instanceof Uint8Array ? "8 bits" : data instanceof Uint16Array ? "16 bits" : "fractions";
    throw claheInput(`${channels} ${channels === 1 ? "channel" : "channels"} of ${kind}`);
  }
  const { levels, tileHeight, tileWidth } = tables(data, height, width, { clip, tiles });
  const between = (length: number, side: number): { low: Int32Array; high: Int32Array; weight: Float32Array } => {
    const low = new Int32Array(length);
    const high = new Int32Array(length);
    const weight = new Float32Array(length);
    const inverse = Math.fround(1 / side);
    for (let i = 0; i < length; i++) {
      const at = Math.fround(Math.fround(i * inverse) - 0.5);
      const tile = Math.floor(at);
      low[i] = Math.max(tile, 0);
      high[i] = Math.min(tile + 1, tiles - 1);
      weight[i] = at - tile;
    }
    return { low, high, weight };
  };
  const rows = between(height, tileHeight);
  const columns = between(width, tileWidth);
  const out = new Uint8Array(height * width);
  for (let y = 0, i = 0; y < height; y++) {
    const top = rows.low[y]! * tiles;
    const bottom = rows.high[y]! * tiles;
    const v = rows.weight[y]!;
    for (let x = 0; x < width; x++, i++) {
      const grey = data[i]!;
      const left = columns.low[x]!;
      const right = columns.high[x]!;
      const u = columns.weight[x]!;
      const above = mixed(levels[(top + left) * 256 + grey]!, levels[(top + right) * 256 + grey]!, u);
      const below = mixed(levels[(bottom + left) * 256 + grey]!, levels[(bottom + right) * 256 + grey]!, u);
      out[i] = rounded(mixed(above, below, v));
    }
  }
  return { height, width, channels: 1, data: out };
}
