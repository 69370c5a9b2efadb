import { added } from "./added.js";
import { convNorm } from "./conv-norm.js";
import { conv } from "./convolutions.js";
import { spatialDropout } from "./dropout.js";
import { sequence, type Layer } from "./layer.js";
import { activation } from "./shapes.js";

/**
 * ERFNet's non-bottleneck-1D: conv 3×1, ReLU, conv 1×3, norm, ReLU, conv 3×1, ReLU, conv 1×3, norm, dropout, + x, ReLU. The second pair is dilated by
 * `dilation`; all convolutions have biases. `[B, h, w, C]` → the same, 0 or more. Variables `rows1/kernel`, `columns1/conv/kernel`, `columns1/norm/scale`, …,
 * `rows2/…`, `columns2/…`. methods.md 2.6 [inferred]; that the dropout takes whole channels is [inferred] from the public implementation.
 *
 * @example nonBottleneck1d({ channels: 128, dilation: 4, dropout: 0.3 }).parameters // 197632
 */
export function nonBottleneck1d(options: { readonly channels: number; readonly dilation?: number; readonly dropout?: number }): Layer {
  const { channels, dilation = 1, dropout = 0 } = options;
  const relu = activation("relu", channels);
  const width = { in: channels, out: channels, bias: true };
  const path = sequence([
    ["rows1", conv({ ...width, size: [3, 1] })],
    ["act1", relu],
    ["columns1", convNorm(conv({ ...width, size: [1, 3] }), "relu")],
    ["rows2", conv({ ...width, size: [3, 1], dilation: [dilation, 1] })],
    ["act2", relu],
    ["columns2", convNorm(conv({ ...width, size: [1, 3], dilation: [1, dilation] }), "linear")],
    ["dropout", spatialDropout(channels, dropout)],
  ]);
  return added({ path, then: relu });
}
