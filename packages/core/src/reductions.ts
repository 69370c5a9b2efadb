import { mul, onesLike, reshape, sum, type Tensor, type Tensor1D } from "@tensorflow/tfjs-core";
import type { Loss } from "./contract/index.js";

const perImage = (x: Tensor): Tensor1D => sum(reshape(x, [x.shape[0], -1]), 1);

/**
 * Mean of `values` [B, …] over what counts: Σ values·mask / Σ mask, the mask being the product of `where`, each 0/1 of shape [B], [B, H, W] or [B, …].
 * Everything counts if none is given.
 */
export function meanOver(values: Tensor, ...where: readonly Tensor[]): Loss {
  if (where.length === 0) return { sum: perImage(values), count: perImage(onesLike(values)) };
  const mask = where.reduce<Tensor>(
    (m, w) => mul(m, reshape(w, [...w.shape, ...Array<number>(values.rank - w.rank).fill(1)])),
    onesLike(values),
  );
  return { sum: perImage(mul(values, mask)), count: perImage(mask) };
}

/** Σ of `values` [B, …] over everything, batch included. */
export const totalOf = (values: Tensor): Loss => ({ sum: perImage(values) });
