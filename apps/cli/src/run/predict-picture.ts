import type { Mask, Raster } from "@segdistill/core/contract";
import { blended, cutTiles, tiles, type Prepared } from "@segdistill/datasets/prepare";

/** Logits `[h, w, K]` of tiles `[h, w, C]` of one size. */
export type Logits = (pictures: readonly Raster[]) => Promise<readonly Raster[]>;

export interface TilesOf {
  readonly size: number;
  readonly overlap: number;
  /** What the network's sides must be multiples of. */
  readonly multiple: number;
}

/** Logits of a whole prepared picture: tiles with overlap, blended. `[h, w, K]` on the prepared grid. */
export const preparedLogits = async ({ image }: Prepared, logits: Logits, { size, overlap, multiple }: TilesOf): Promise<Raster> => {
  const tiling = tiles({ height: image.height, width: image.width, size, overlap, multiple });
  return blended(tiling, await logits(cutTiles(tiling, image)), image);
};

/** What the logits `[H, W, K]` decide. */
export interface Decided {
  /** Class indices: the greatest logit, the lower class where two are equal. */
  readonly label: Mask;
  /** Log-odds of being no background: log Σ_{k≥1} exp z_k − z_0; for two classes z_1 − z_0. */
  readonly scores: Float32Array;
}

export const decided = ({ height, width, channels, data }: Raster): Decided => {
  const label = new Uint8Array(height * width);
  const scores = new Float32Array(height * width);
  for (let u = 0; u < label.length; u++) {
    const at = u * channels;
    let best = 0;
    for (let k = 1; k < channels; k++) if (data[at + k]! > data[at + best]!) best = k;
    label[u] = best;
    let top = -Infinity;
    for (let k = 1; k < channels; k++) top = Math.max(top, data[at + k]!);
    let sum = 0;
    for (let k = 1; k < channels; k++) sum += Math.exp(data[at + k]! - top);
    scores[u] = top + Math.log(sum) - data[at]!;
  }
  return { label: { height, width, data: label }, scores };
};
