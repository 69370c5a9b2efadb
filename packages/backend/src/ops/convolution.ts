import {
  avgPool,
  batchToSpaceND,
  conv2d as dense,
  conv2dTranspose,
  depthwiseConv2d as depthwise,
  pad,
  spaceToBatchND,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { wrongChannels } from "../errors.js";

export interface ConvolutionOptions {
  /** 1 */
  readonly stride?: number;
  /** "same" (TensorFlow's: for stride 2 and even sizes it pads below and to the right only), "valid", or a number of zeros on every side. */
  readonly padding?: "same" | "valid" | number;
  /** 1 */
  readonly dilation?: number;
}

/**
 * Convolution: y[b,i,j,o] = Σ x[b, s·i + d·u, s·j + d·v, c] · w[u,v,c,o] over u, v, c, zeros outside. `x` [B, H, W, C], `kernel` [kh, kw, C, O],
 * result [B, h, w, O]. Dilation goes through space-to-batch, for tfjs has no gradient of dilated convolutions.
 * Throws where the channels of `x` and `kernel` differ.
 *
 * @example conv2d(x, kernel, { stride: 2, padding: 1 })
 */
export function conv2d(x: Tensor4D, kernel: Tensor4D, options: ConvolutionOptions = {}): Tensor4D {
  return convolve("conv2d", x, kernel, options, (x4, stride, padding) => dense(x4, kernel, stride, padding));
}

/**
 * Convolution of every channel by kernels of its own: `x` [B, H, W, C], `kernel` [kh, kw, C, M], result [B, h, w, C·M].
 * Dilation goes through space-to-batch: TensorFlow's own gradient is silently wrong there (engine-ops.md §1, rule 3).
 */
export function depthwiseConv2d(x: Tensor4D, kernel: Tensor4D, options: ConvolutionOptions = {}): Tensor4D {
  return convolve("depthwiseConv2d", x, kernel, options, (x4, stride, padding) => depthwise(x4, kernel, stride, padding));
}

/**
 * Transposed convolution, the gradient of {@link conv2d} in its input: `x` [B, h, w, C], `kernel` [kh, kw, O, C] (out before in, as TensorFlow
 * has it), result [B, s·h, s·w, O] for "same"; for "valid" and a kernel of the stride's size the same. A 4×4 kernel of stride 2 and "same" pads 1 on
 * both sides.
 */
export function convTranspose2d(
  x: Tensor4D,
  kernel: Tensor4D,
  { stride, padding }: { readonly stride: number; readonly padding: "same" | "valid" },
): Tensor4D {
  const [b, h, w, c] = x.shape;
  const [kh, kw, out, into] = kernel.shape;
  if (c !== into) throw wrongChannels("convTranspose2d", x.shape, kernel.shape, into);
  const size = (n: number, k: number): number => (padding === "same" ? n * stride : (n - 1) * stride + k);
  return conv2dTranspose(x, kernel, [b, size(h, kh), size(w, kw), out], stride, padding);
}

function convolve(
  who: string,
  x: Tensor4D,
  kernel: Tensor4D,
  { stride = 1, padding = "same", dilation = 1 }: ConvolutionOptions,
  run: (x: Tensor4D, stride: number, padding: "same" | "valid") => Tensor4D,
): Tensor4D {
  const [kh, kw, channels] = kernel.shape;
  if (x.shape[3] !== channels) throw wrongChannels(who, x.shape, kernel.shape, channels);
  if (dilation === 1) {
    if (typeof padding !== "number") return run(x, stride, padding);
    return run(
      padding === 0
        ? x
        : pad(x, [
            [0, 0],
            [padding, padding],
            [padding, padding],
            [0, 0],
          ]),
      stride,
      "valid",
    );
  }
  /** For one axis: zeros before and after, and the length of the convolution at stride 1. */
  const axis = (n: number, k: number): { readonly before: number; readonly after: number; readonly length: number } => {
    const span = dilation * (k - 1);
    const all =
      padding === "valid" ? 0 : padding === "same" ? Math.max((Math.ceil(n / stride) - 1) * stride + span + 1 - n, 0) : 2 * padding;
    const [before, after] = [Math.floor(all / 2), Math.ceil(all / 2)];
    // each phase of the grid becomes an image of its own; what is added to make the sizes divide is cut off again
    const rest = (n + all) % dilation;
    return { before, after: after + (rest === 0 ? 0 : dilation - rest), length: n + all - span };
  };
  const [rows, columns] = [axis(x.shape[1], kh), axis(x.shape[2], kw)];
  const frames = [rows, columns].map(({ before, after }) => [before, after]);
  const phases = run(spaceToBatchND(x, [dilation, dilation], frames), 1, "valid");
  const cuts = [rows, columns].map(({ length }, i) => [0, phases.shape[i + 1]! * dilation - length]);
  const everywhere: Tensor4D = batchToSpaceND(phases, [dilation, dilation], cuts);
  // a pool of size 1 takes every stride-th value; tfjs has no gradient of stridedSlice
  return stride === 1 ? everywhere : avgPool(everywhere, 1, stride, "valid");
}
