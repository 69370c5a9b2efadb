import { add, mul, sub } from "@tensorflow/tfjs-core";
import { globalAvgPool, sigmoid } from "@segdistill/backend/ops";
import { added } from "./added.js";
import { batchNorm } from "./batch-norm.js";
import { convNorm } from "./conv-norm.js";
import { conv, type Convolution } from "./convolutions.js";
import { heNormalFanIn, type Initialiser } from "./initialisers.js";
import { sequence, type Layer } from "./layer.js";
import { activation } from "./shapes.js";

/**
 * Two kernel sizes, mixed channel by channel as the whole map asks for: with `W = relu(norm(conv 5×5 x))`, `N = relu(norm(conv 3×3 x))`,
 * `g = relu(norm(conv 1×1 (mean over positions of W + N)))` of C/2 channels and logits `a`, `b` of C channels (a conv 1×1 of g each),
 * `y = s · W + (1 − s) · N`, `s = eᵃ / (eᵃ + eᵇ)`. `[B, h, w, C]` → the same, never negative; C even. All convolutions have biases.
 *
 * Variables `wide/…`, `narrow/…`, `squeeze/…`, `choose/wide/…`, `choose/narrow/…`. Li et al. 2019; methods.md 2.1 [code; biases: inferred].
 */
export function selectiveKernelUnit(channels: number, initial: Initialiser = heNormalFanIn): Layer {
  const layer = (size: 1 | 3 | 5, from: number, out: number): Convolution => conv({ in: from, out, size, bias: true, initial });
  const wide = convNorm(layer(5, channels, channels), "relu");
  const narrow = convNorm(layer(3, channels, channels), "relu");
  const squeeze = convNorm(layer(1, channels, channels / 2), "relu");
  const choose = layer(1, channels / 2, channels);
  return {
    channels: { in: channels, out: channels },
    scale: 1,
    parameters: wide.parameters + narrow.parameters + squeeze.parameters + 2 * choose.parameters,
    macs: wide.macs + narrow.macs,
    pooledMacs: () => squeeze.macs + 2 * choose.macs, // of one position
    build: (make, name) => {
      const [wider, narrower] = [wide.build(make, `${name}/wide`), narrow.build(make, `${name}/narrow`)];
      const squeezed = squeeze.build(make, `${name}/squeeze`);
      const [forWide, forNarrow] = [choose.build(make, `${name}/choose/wide`), choose.build(make, `${name}/choose/narrow`)];
      return (x, pass) => {
        const [w, n] = [wider(x, pass), narrower(x, pass)];
        const g = squeezed(globalAvgPool(add(w, n)), pass); // [B, 1, 1, C / 2]
        const s = sigmoid(sub(forWide(g, pass), forNarrow(g, pass))); // the softmax of two
        return add(n, mul(s, sub(w, n)));
      };
    },
  };
}

/**
 * Residual block around a {@link selectiveKernelUnit}: conv 1×1 – norm – ReLU – unit – norm – ReLU – conv 1×1 – norm, plus the shortcut, ReLU. The shortcut
 * is the input itself, or with `project` a conv 1×1 – norm of it. `[B, h, w, in]` → `[B, h, w, out]`, all inner widths `out`; these convolutions
 * have no biases. Variables `enter/…`, `unit/…`, `between/…`, `leave/…`, `shortcut/…`. methods.md 2.1 [code].
 */
function selectiveKernelBlock(from: number, out: number, project: boolean, initial: Initialiser): Layer {
  const pointwise = (channels: number, then: "relu" | "linear"): Layer => convNorm(conv({ in: channels, out, size: 1, initial }), then);
  const path = sequence([
    ["enter", pointwise(from, "relu")],
    ["unit", selectiveKernelUnit(out, initial)],
    ["between", batchNorm(out)],
    ["act", activation("relu", out)],
    ["leave", pointwise(out, "linear")],
  ]);
  const then = activation("relu", out);
  return added({ path, then, ...(project && { shortcut: pointwise(from, "linear") }) });
}

/**
 * SK stage: two residual blocks of {@link selectiveKernelUnit}s, `[B, h, w, in]` → `[B, h, w, out]`, never negative; `out` even. The first has a
 * projection as shortcut, also where `in = out`. Variables `first/…`, `second/…`. methods.md 2.1 [code].
 *
 * @example selectiveKernelStage({ in: 64, out: 128 }).parameters // 1233024
 */
export function selectiveKernelStage(options: { readonly in: number; readonly out: number; readonly initial?: Initialiser }): Layer {
  const { in: from, out, initial = heNormalFanIn } = options;
  return sequence([
    ["first", selectiveKernelBlock(from, out, true, initial)],
    ["second", selectiveKernelBlock(out, out, false, initial)],
  ]);
}
