import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-core";
import { prelu as rectify } from "@segdistill/backend/ops";
import { layer, type Layer } from "./layer.js";

/**
 * y = max(x, 0) + slope · min(x, 0) with one trained slope for all channels, `[B, h, w, C]` → the same; variable `slope` `[1]`, which starts at 0.25.
 * He et al. 2015 (there the channel-shared variant).
 */
export const prelu = (channels: number): Layer =>
  layer({
    channels: { in: channels, out: channels },
    scale: 1,
    parameters: 1,
    macs: 0,
    build: (make, name) => {
      const slope = make.variable(`${name}/slope`, [1], { constant: 0.25 }) as unknown as Tensor1D;
      return (x): Tensor4D => rectify(x, slope);
    },
  });
