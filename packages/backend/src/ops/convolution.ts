import { avgPool, conv2d as dense, conv2dTranspose, depthwiseConv2d as depthwise, pad, slice, type Tensor4D } from "@tensorflow/tfjs-core";
import { computing } from "../computing.js";
import { noPosition, notAMap, wrongChannels, wrongGroups } from "./errors.js";
import { call } from "../operators/operator.js";
import { frameOf, pair, positions, spanOf, wordFor, type Frame, type Padding, type Pair } from "../operators/padding.js";
import { isHeight, rowsTogether, winograd } from "./winograd.js";

export interface ConvolutionOptions {
  /** 1 */
  readonly stride?: number;
  /**
   * "same" (TensorFlow's: for stride 2 and even sizes it pads below and to the right only), "valid", or zeros before and after, as PyTorch counts them: one
   * number, or one for rows and one for columns. "same"
   */
  readonly padding?: Padding;
  /** Distance between the positions that a kernel looks at: one number, or one for rows and one for columns. 1 */
  readonly dilation?: number | Pair;
}

/**
 * Convolution: y[b,i,j,o] = Σ x[b, s·i + d·u, s·j + d·v, c] · w[u,v,c,o] over u, v, c, zeros outside. `x` [B, H, W, C], `kernel` [kh, kw, C/groups, O],
 * result [B, h, w, O], h = ⌊(H + zeros − d·(kh − 1) − 1)/s⌋ + 1. With `groups` the channels of `x` and of the result are cut into as many parts, and each
 * part is made from the part of its own. Gradients of any order.
 * Throws where channels, groups or sizes do not fit.
 *
 * @example conv2d(x, kernel, { stride: 2, padding: 1 })
 * @example conv2d(x, rows, { padding: [4, 0], dilation: [4, 1] }) // rows: [3, 1, C, O]
 */
export function conv2d(x: Tensor4D, kernel: Tensor4D, options: ConvolutionOptions & { readonly groups?: number } = {}): Tensor4D {
  const { groups = 1 } = options;
  requireMaps("conv2d", x, kernel);
  if (x.shape[3] % groups !== 0 || kernel.shape[3] % groups !== 0) throw wrongGroups(x.shape, kernel.shape, groups);
  if (x.shape[3] !== kernel.shape[2] * groups) throw wrongChannels("conv2d", x.shape, kernel.shape, kernel.shape[2] * groups);
  const { stride, dilation, word, padded } = fit("conv2d", x, kernel, options);
  if (stride === 1 && word === "same" && groups === 1 && dilation[0] === 1 && dilation[1] === 1 && winogradPays(x, kernel))
    return winograd(x, kernel);
  const [map, padding] = padded();
  if (groups === 1 && dilation[0] === 1 && dilation[1] === 1) return dense(map, kernel, stride, padding);
  return call("AnyConvolution", { x: map, kernel }, { stride: pair(stride), padding, dilation }) as Tensor4D;
}

/**
 * Convolution of every channel by kernels of its own: `x` [B, H, W, C], `kernel` [kh, kw, C, M], result [B, h, w, C·M].
 * Gradients of any order; that of a dilated one goes through space-to-batch, for TensorFlow's own is silently wrong (engine-ops.md §1, rule 3).
 * Throws where channels or sizes do not fit.
 */
export function depthwiseConv2d(x: Tensor4D, kernel: Tensor4D, options: ConvolutionOptions = {}): Tensor4D {
  requireMaps("depthwiseConv2d", x, kernel);
  if (x.shape[3] !== kernel.shape[2]) throw wrongChannels("depthwiseConv2d", x.shape, kernel.shape, kernel.shape[2]);
  const { stride, dilation, padded, paddedForStride1 } = fit("depthwiseConv2d", x, kernel, options);
  if (dilation[0] === 1 && dilation[1] === 1 && !everywherePays(stride)) {
    // not zeros inside the op: where TensorFlow joins it with a sum that follows it loses them, and the process ends (docs/engine.md)
    const [map, padding] = padded();
    return depthwise(map, kernel, stride, padding);
  }
  const [map, padding] = paddedForStride1();
  const everywhere = depthwise(map, kernel, 1, padding, "NHWC", dilation);
  // a pool of size 1 takes every stride-th value; tfjs has no gradient of stridedSlice, and dilates at stride 1 only
  return stride === 1 ? everywhere : avgPool(everywhere, 1, stride, "valid");
}

export interface TransposedOptions {
  readonly stride: number;
  /** "same" makes stride times as many rows and columns; "valid" keeps all that the kernel reaches; a number is PyTorch's, cut off on every side. */
  readonly padding: "same" | "valid" | number;
  /** Rows and columns besides, below and to the right, as PyTorch has it: only with a number, below the stride. 0 */
  readonly outputPadding?: number;
}

/**
 * Transposed convolution, the gradient of {@link conv2d} in its input: `x` [B, h, w, C], `kernel` [kh, kw, O, C] (out before in, as TensorFlow
 * has it), result [B, s·h, s·w, O] for "same", and (h − 1)·s − 2·padding + kh + outputPadding rows for a number ("valid" is 0). A 4×4 kernel of stride 2 and
 * padding 1, and a 2×2 one of stride 2 without, are "same"; a 3×3 one of stride 2 doubles with padding 1 and output padding 1 (methods.md 1.5).
 * Gradients of any order. Throws where the channels differ.
 */
export function convTranspose2d(x: Tensor4D, kernel: Tensor4D, { stride, padding, outputPadding = 0 }: TransposedOptions): Tensor4D {
  requireMaps("convTranspose2d", x, kernel);
  const [b, h, w, c] = x.shape;
  const [kh, kw, out, into] = kernel.shape;
  if (c !== into) throw wrongChannels("convTranspose2d", x.shape, kernel.shape, into);
  if (padding === "same") return conv2dTranspose(x, kernel, [b, h * stride, w * stride, out], stride, "same");
  const cut = padding === "valid" ? 0 : padding;
  const axis = (n: number, k: number): { readonly full: number; readonly length: number; readonly same: boolean } => {
    const full = (n - 1) * stride + k;
    const length = full - 2 * cut + outputPadding;
    // "same" cuts ⌊(k − stride)/2⌋ off before, and after whatever is left
    return { full, length, same: length === n * stride && k >= stride && Math.floor((k - stride) / 2) === cut };
  };
  const [rows, columns] = [axis(h, kh), axis(w, kw)];
  if (rows.same && columns.same) return conv2dTranspose(x, kernel, [b, rows.length, columns.length, out], stride, "same");
  if (rows.length < 1 || columns.length < 1) throw noPosition("convTranspose2d", x.shape, [kh, kw], onBothAxes(cut, cut));
  const beyond = Math.max(outputPadding - cut, 0); // rows that no kernel reaches
  const full: Tensor4D = conv2dTranspose(x, kernel, [b, rows.full, columns.full, out], stride, "valid");
  const wide = beyond === 0 ? full : pad(full, around(onBothAxes(0, beyond)));
  return cut === 0 ? wide : slice(wide, [0, cut, cut, 0], [b, rows.length, columns.length, out]);
}

const requireMaps = (who: string, x: Tensor4D, kernel: Tensor4D): void => {
  if (x.rank !== 4 || kernel.rank !== 4) throw notAMap(who, x.shape, kernel.shape);
};

const onBothAxes = (before: number, after: number): Frame => [
  [before, after],
  [before, after],
];

type Around = [[number, number], [number, number], [number, number], [number, number]];
const around = ([rows, columns]: Frame): Around => [[0, 0], [...rows], [...columns], [0, 0]];

/**
 * Whether the minimal algorithm takes less time than oneDNN's plain one: on a CPU, in float32 (it would lose digits in bfloat16, and gain little there), where the
 * channels are enough for the products saved to outweigh the sums added: their harmonic mean is 48 or more, and the kernel has more than one column (bench: docs/engine.md). A GPU's library chooses for itself.
 */
function winogradPays(x: Tensor4D, kernel: Tensor4D): boolean {
  const { device, precision } = computing();
  const [kh, kw, c, o] = kernel.shape;
  return (
    device === "cpu" &&
    precision === "float32" &&
    isHeight(kh) &&
    kw > 1 &&
    x.shape[1] % rowsTogether(kh) === 0 &&
    2 * c * o >= 48 * (c + o)
  );
}

/**
 * Whether a depthwise convolution of this stride takes less time at every place, of which every stride-th is taken, both ways together: for stride 2 in bfloat16 (which is a CPU's alone), where oneDNN
 * has the gradient in a strided one's map by a product for each channel (docs/engine.md).
 */
const everywherePays = (stride: number): boolean => stride === 2 && computing().precision === "bfloat16";

/** The options with their defaults, and the word that says the padding, if there is one. */
function fit(who: string, x: Tensor4D, kernel: Tensor4D, { stride = 1, padding = "same", dilation: rates = 1 }: ConvolutionOptions) {
  const [size, window]: [Pair, Pair] = [
    [x.shape[1], x.shape[2]],
    [kernel.shape[0], kernel.shape[1]],
  ];
  const dilation = pair(rates);
  const span = spanOf(window, dilation);
  const frame = frameOf(size, span, stride, padding);
  if (([0, 1] as const).some((i) => positions(size[i], span[i], stride, frame[i]) < 1)) throw noPosition(who, x.shape, span, frame);
  const word = wordFor(size, span, stride, padding);
  /** The map and the word for TensorFlow's op; zeros that no window reaches are left out. */
  const padded = (): readonly [Tensor4D, "same" | "valid"] => {
    if (word !== undefined) return [x, word];
    const [rows, columns] = ([0, 1] as const).map((i): [number, number] => {
      const [before] = frame[i];
      const reached = (positions(size[i], span[i], stride, frame[i]) - 1) * stride + span[i];
      return [before, Math.max(reached - size[i] - before, 0)];
    }) as [[number, number], [number, number]];
    return [pad(x, around([rows, columns])), "valid"];
  };
  /** The same for an op of stride 1, of whose result every stride-th position is asked for. "same" alone has other zeros at another stride. */
  const paddedForStride1 = (): readonly [Tensor4D, "same" | "valid"] => {
    const alike = padding === "same" && stride > 1 ? undefined : wordFor(size, span, 1, padding);
    return alike === undefined ? [pad(x, around(frame)), "valid"] : [x, alike];
  };
  return { stride, dilation, word, padded, paddedForStride1 };
}
