import { maxPool as pool, relu, relu6, resizeBilinear } from "@segdistill/backend/ops";
import { layer, type Layer, type Run } from "./layer.js";
import { prelu } from "./prelu.js";

/** A layer without variables and without multiply-accumulates. */
export const plain = (channels: number, scale: number, run: Run): Layer =>
  layer({
    channels: { in: channels, out: channels },
    scale,
    parameters: 0,
    macs: 0,
    build: () => run,
  });

export type Activation = "relu" | "relu6" | "prelu";

/** max(x, 0), min(max(x, 0), 6), or {@link prelu} with its one slope. */
export const activation = (kind: Activation, channels: number): Layer =>
  kind === "prelu" ? prelu(channels) : plain(channels, 1, (x) => (kind === "relu" ? relu(x) : relu6(x)));

/** The greatest of every 2 × 2 positions: `[B, h, w, C]` → `[B, h / 2, w / 2, C]`. */
export const maxPool = (channels: number): Layer => plain(channels, 1 / 2, (x) => pool(x, { size: 2, stride: 2 }));

/** Bilinear, half-pixel centres, no antialiasing: `[B, h, w, C]` → `[B, 2h, 2w, C]`. methods.md 1.5 [ours]. */
export const doubled = (channels: number): Layer => plain(channels, 2, (x) => resizeBilinear(x, [2 * x.shape[1], 2 * x.shape[2]]));
