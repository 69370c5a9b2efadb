import { exp, add, less, mul, unstack, where, type Tensor } from "@tensorflow/tfjs-core";
import type { Noise } from "../contract/index.js";
import { transformBounds, transformOption } from "./errors.js";

/** How often a transform changes an image. */
export interface Chance {
  /** Of changing an image at all, 0 to 1. Default 1. */
  readonly probability?: number;
}

/** Bounds between which a number is drawn for every image. */
export interface Bounds {
  readonly from: number;
  readonly to: number;
}

/** A number from `least` to `most`; throws core/transform-option otherwise. */
export function number(transform: string, option: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most)) throw transformOption(transform, option, least, most, value);
  return value;
}

/** Bounds with least ≤ from ≤ to ≤ most; throws core/transform-bounds otherwise. */
export function bounds(transform: string, { from, to }: Bounds, least: number, most: number): Bounds {
  if (!(least <= from && from <= to && to <= most)) throw transformBounds(transform, least, most, from, to);
  return { from, to };
}

/**
 * One number an image, `[B]`: `of(u)` of a uniform u with the given probability, else `identity`, with which nothing changes.
 *
 * Site "draw" of the noise: `[B, 2]`, the first decides whether, the second how much.
 */
export function drawn(noise: Noise, probability: number, identity: number, of: (u: Tensor) => Tensor): Tensor {
  const [whether, u] = unstack(noise.uniform("draw", [2]), 1);
  return where(less(whether!, probability), of(u!), identity);
}

/** from + (to − from) · u: every number between the bounds equally likely. */
export const evenly =
  ({ from, to }: Bounds) =>
  (u: Tensor): Tensor =>
    add(mul(u, to - from), from);

/** from · (to / from)^u: a factor and its inverse equally likely where from = 1 / to. */
export const byFactors =
  ({ from, to }: Bounds) =>
  (u: Tensor): Tensor =>
    mul(exp(mul(u, Math.log(to / from))), from);
