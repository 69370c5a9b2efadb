import type { Raster } from "@segdistill/core/contract";

/** What becomes 0 and what becomes 255: two values (HU in CT), or two percentiles of the volume. */
export type Window = { readonly from: number; readonly to: number } | { readonly percentiles: readonly [number, number] };

interface EightBit extends Raster {
  readonly data: Uint8Array;
}

/**
 * Grey values between two bounds as 8 bits: round(255 · (v − from) / (to − from)), 0 below, 255 above; what is no number becomes 0. datasets.md 5.2
 *
 * Percentiles are those of the whole volume where the picture is a slice of one, else of the picture. Where both are one value, everything becomes 0.
 */
export function windowed(picture: Raster, window: Window): EightBit {
  const { height, width, channels, data } = picture;
  const percentile = picture.percentile ?? percentilesOf(data);
  const [from, to] = "percentiles" in window ? window.percentiles.map(percentile) : [window.from, window.to];
  const range = to! > from! ? to! - from! : Infinity;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.min(255, Math.max(0, Math.round((255 * (data[i]! - from!)) / range)));
  return { height, width, channels, data: out };
}

/** The k-th smallest of n, k = round(p / 100 · (n − 1)). */
function percentilesOf(data: Raster["data"]): (percent: number) => number {
  const sorted = data.filter((value) => !Number.isNaN(value)).sort();
  return (percent) => sorted[Math.round((percent / 100) * (sorted.length - 1))] ?? NaN;
}
