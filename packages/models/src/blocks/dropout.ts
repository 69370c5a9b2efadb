import { cast, greaterEqual, mul, type Tensor } from "@tensorflow/tfjs-core";
import type { Layer, Run } from "./layer.js";

/** In training, sets entries to 0 with probability `rate`; the mask's shape by image is that of `maskOf`. */
const dropping = (channels: number, rate: number, maskOf: (map: readonly number[]) => readonly number[]): Layer => ({
  channels: { in: channels, out: channels },
  scale: 1,
  parameters: 0,
  macs: 0,
  build: (_, name): Run => {
    if (rate === 0) return (x) => x;
    return (x, pass) => {
      if (pass.mode === "inference") return x;
      const drawn: Tensor = pass.noise.uniform(name, maskOf(x.shape.slice(1))); // [B, …], in [0, 1)
      return mul(x, mul(cast(greaterEqual(drawn, rate), "float32"), 1 / (1 - rate)));
    };
  },
});

/**
 * Dropout, entry by entry: in training `y = x · [u ≥ rate] / (1 − rate)` with `u` from the pass's noise, in inference `y = x`. `[B, h, w, C]` → the
 * same; `rate` in [0, 1). The site of the noise is the layer's name, so it may run once a pass.
 */
export const dropout = (channels: number, rate: number): Layer => dropping(channels, rate, (map) => map);

/** Dropout of whole channels of an image (PyTorch's `dropout2d`): as {@link dropout}, with one number for each image and channel. */
export const spatialDropout = (channels: number, rate: number): Layer => dropping(channels, rate, (map) => [1, 1, map[2]!]);
