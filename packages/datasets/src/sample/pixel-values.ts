import { mirrored } from "./warp.js";

// Each changes the pixels of one patch in place, as the transform of the same name in @segdistill/core does. Their values are shares of a range, 0 to 1.

/** t + shift. */
export function brightened(t: Float32Array, shift: number): void {
  for (let i = 0; i < t.length; i++) t[i]! += shift;
}

/** m + factor · (t − m), m the mean of the patch. */
export function contrasted(t: Float32Array, factor: number): void {
  let sum = 0;
  for (let i = 0; i < t.length; i++) sum += t[i]!;
  const middle = sum / t.length;
  for (let i = 0; i < t.length; i++) t[i] = middle + factor * (t[i]! - middle);
}

const cells = 4096;

/** t^exponent of t held in [0, 1]: from 1/64 on by lines between 4096 values, right to 1e-4 / 16 · exponent² / 625 at worst. */
export function gammaCorrected(t: Float32Array, exponent: number): void {
  const curve = new Float64Array(cells + 2);
  for (let k = cells / 64; k <= cells; k++) curve[k] = (k / cells) ** exponent;
  curve[cells + 1] = 1;
  for (let i = 0; i < t.length; i++) {
    const value = Math.min(Math.max(t[i]!, 0), 1);
    if (value < 1 / 64) t[i] = Math.exp(exponent * Math.log(value));
    else {
      const place = value * cells;
      const k = Math.floor(place);
      t[i] = curve[k]! + (curve[k + 1]! - curve[k]!) * (place - k);
    }
  }
}

/** Blurred by a Gaussian: weights exp(−k² / 2σ²) for |k| ≤ radius over their sum, the patch mirrored at its edges. */
export function blurred(t: Float32Array, [height, width]: readonly [number, number], deviation: number, radius: number): void {
  const bell = Float64Array.from({ length: radius + 1 }, (_, k) => Math.exp(-((k / Math.max(deviation, 1e-3)) ** 2) / 2));
  const total = bell.reduce((sum, weight, k) => sum + (k === 0 ? weight : 2 * weight), 0);
  const weights = bell.map((weight) => weight / total).filter((weight) => weight > 1e-9);
  const reach = weights.length - 1;
  if (reach === 0) return;
  const [middle] = weights as unknown as readonly [number];
  const along = new Float32Array(t.length);
  const wide = new Float64Array(width + 2 * reach);
  const edge = Int32Array.from({ length: width + 2 * reach }, (_, i) => mirrored(i - reach, width));
  for (let y = 0, o = 0; y < height; y++) {
    for (let i = 0; i < wide.length; i++) wide[i] = t[y * width + edge[i]!]!;
    for (let x = reach; x < width + reach; x++, o++) {
      let sum = middle * wide[x]!;
      for (let k = 1; k <= reach; k++) sum += weights[k]! * (wide[x - k]! + wide[x + k]!);
      along[o] = sum;
    }
  }
  const [above, below] = [new Int32Array(reach + 1), new Int32Array(reach + 1)];
  for (let y = 0, o = 0; y < height; y++) {
    for (let k = 1; k <= reach; k++) {
      above[k] = mirrored(y - k, height) * width;
      below[k] = mirrored(y + k, height) * width;
    }
    for (let x = 0; x < width; x++, o++) {
      let sum = middle * along[o]!;
      for (let k = 1; k <= reach; k++) sum += weights[k]! * (along[above[k]! + x]! + along[below[k]! + x]!);
      t[o] = sum;
    }
  }
}

/** t + deviation · grain, a number of its own for every pixel. */
export function grained(t: Float32Array, deviation: number, grain: () => number): void {
  for (let i = 0; i < t.length; i++) t[i]! += deviation * grain();
}

/** Changes what lies between `low` and `high` as shares of that range; what comes out is held inside it. */
export function withinRange(pixels: Float32Array, [low, high]: readonly [number, number], change: (t: Float32Array) => void): void {
  const plain = low === 0 && high === 1;
  if (!plain) for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i]! - low) / (high - low);
  change(pixels);
  for (let i = 0; i < pixels.length; i++) {
    const value = Math.min(Math.max(pixels[i]!, 0), 1);
    pixels[i] = plain ? value : value * (high - low) + low;
  }
}
