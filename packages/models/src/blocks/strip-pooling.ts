import { add, concat, mul, type Tensor4D } from "@tensorflow/tfjs-core";
import { adaptiveAvgPool, relu, resizeBilinear, sigmoid } from "@segdistill/backend/ops";
import { convNorm } from "./conv-norm.js";
import { conv, type ConvOptions } from "./convolutions.js";
import { heNormalFanIn, type Initialiser } from "./initialisers.js";
import type { Layer } from "./layer.js";

export interface StripPoolingOptions {
  readonly channels: number;
  /** Cells a side of the two pooled maps. */
  readonly cells: readonly [number, number];
  /** "sum": `relu(x + r)`; "gate": `x · sigmoid(r)` [ours]. */
  readonly output: "sum" | "gate";
  /** He-normal by fan in, if left out. */
  readonly initial?: Initialiser;
}

/**
 * Strip-pooling ("dual-direction") attention, `[B, h, w, C]` → the same. `cₖ` is a conv k without bias and batch norm, `↑` bilinear resizing to
 * h × w (half-pixel centres), `poolₛ` averages s × s cells (methods.md 2.1), and `a`, `b` are `relu(c₁ x)` each:
 *
 *     near = relu(c₃ relu(c₃ a + ↑ c₃ pool_s a + ↑ c₃ pool_t a))
 *     far  = relu(c₃ relu(↑ c₁ₓ₃ (mean of b over rows) + ↑ c₃ₓ₁ (mean of b over columns)))
 *     r    = c₁ [near, far]
 *
 * Variables `near/…`, `far/…`, `fuse/…`. Hou et al. 2020; methods.md 2.1 [inferred; reproduces the parameter count].
 */
export function stripPooling({ channels, cells, output, initial = heNormalFanIn }: StripPoolingOptions): Layer {
  const layer = (size: ConvOptions["size"], then: "relu" | "linear", from = channels): Layer =>
    convNorm(conv({ in: from, out: channels, size, initial }), then);
  const [enter, whole, pooled, leave] = [layer(1, "relu"), layer(3, "linear"), layer(3, "linear"), layer(3, "relu")];
  const [row, column, fuse] = [layer([1, 3], "linear"), layer([3, 1], "linear"), layer(1, "linear", 2 * channels)];
  const parts = [enter, enter, whole, pooled, pooled, leave, row, column, leave, fuse];
  return {
    channels: { in: channels, out: channels },
    scale: 1,
    parameters: parts.reduce((sum, { parameters }) => sum + parameters, 0),
    macs: 2 * enter.macs + whole.macs + 2 * leave.macs + fuse.macs,
    pooledMacs: (height, width) => pooled.macs * (cells[0] ** 2 + cells[1] ** 2) + row.macs * width + column.macs * height,
    build: (make, name) => {
      const under = (part: string, one: Layer) => one.build(make, `${name}/${part}`);
      const near = { enter: under("near/enter", enter), whole: under("near/whole", whole), leave: under("near/leave", leave) };
      const coarse = cells.map((side, i) => ({ side, run: under(`near/pooled${i + 1}`, pooled) }));
      const far = { enter: under("far/enter", enter), leave: under("far/leave", leave) };
      const [rows, columns, fused] = [under("far/row", row), under("far/column", column), under("fuse", fuse)];
      return (x, pass) => {
        const [, h, w] = x.shape;
        const a = near.enter(x, pass);
        const maps = coarse.map(({ side, run }) => resizeBilinear(run(adaptiveAvgPool(a, [side, side]), pass), [h, w]));
        const nearby = near.leave(relu(maps.reduce<Tensor4D>((sum, map) => add(sum, map), near.whole(a, pass))), pass);
        const b = far.enter(x, pass);
        // one row, or one column, resized is that row everywhere: broadcasting
        const strips: Tensor4D = add(rows(adaptiveAvgPool(b, [1, w]), pass), columns(adaptiveAvgPool(b, [h, 1]), pass));
        const result = fused(concat([nearby, far.leave(relu(strips), pass)], 3), pass);
        return output === "sum" ? relu(add(x, result)) : mul(x, sigmoid(result));
      };
    },
  };
}
