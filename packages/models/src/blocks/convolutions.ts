import { add, mul, reshape, type Tensor1D, type Tensor4D } from "@tensorflow/tfjs-core";
import type { Initial, Make } from "@segdistill/core/contract";
import { conv2d, convTranspose2d, depthwiseConv2d, inLayer } from "@segdistill/backend/ops";
import { heNormalFanIn, type Initialiser } from "./initialisers.js";
import type { Layer } from "./layer.js";

/** y · gain + shift for every channel of a map y, `[out]` both. */
export interface Affine {
  readonly gain: Tensor1D;
  readonly shift: Tensor1D;
}

/**
 * A convolution that takes what is done to its channels afterwards into its kernel and bias, which are small, and not to its map. So a norm that follows it
 * costs nothing in inference.
 */
export interface Convolution extends Layer {
  /** Like `build`; gain and shift are those of what comes out. */
  readonly buildScaled: (make: Make, name: string) => (x: Tensor4D, then?: Affine) => Tensor4D;
}

type Odd = 1 | 3 | 5 | 7;

export interface ConvOptions {
  readonly in: number;
  readonly out: number;
  /** Height and width of the kernel, one number if they are equal; odd, so that the padding is the same on both sides, or 2 with stride 2: tiles. */
  readonly size: Odd | 2 | readonly [rows: Odd, columns: Odd];
  /** 1 if left out. */
  readonly stride?: number;
  /** Steps from one row or column of the kernel to the next; 1 if left out. Not with a stride. */
  readonly dilation?: number | readonly [rows: number, columns: number];
  /** No bias if left out. */
  readonly bias?: boolean;
  /** He-normal by fan in, if left out. */
  readonly initial?: Initialiser;
  /** Makes the kernel that is used of the one that is trained, in every pass; the same one if left out. */
  readonly kernelOf?: (trained: Tensor4D) => Tensor4D;
}

interface Kernel {
  readonly shape: readonly [number, number, number, number];
  readonly initial: Initial;
  /** The shape of one number for each channel that comes out, beside the kernel. */
  readonly place: readonly number[];
  readonly of?: ConvOptions["kernelOf"] | undefined;
}

/** The kernel and, if wanted, a bias that starts at 0; with gain and shift x ∗ (gain · W) + (gain · bias + shift), one sum over the map. */
function convolution(
  { channels, scale, macs, bias }: Omit<Layer, "build" | "parameters"> & { readonly bias: boolean },
  { shape, initial, place, of = (trained) => trained }: Kernel,
  convolve: (x: Tensor4D, kernel: Tensor4D) => Tensor4D,
): Convolution {
  const buildScaled: Convolution["buildScaled"] = (make, name) => {
    const trained = make.variable(`${name}/kernel`, shape, initial) as unknown as Tensor4D;
    const offset = bias ? (make.variable(`${name}/bias`, [channels.out], "zeros") as unknown as Tensor1D) : undefined;
    const plain = (x: Tensor4D): Tensor4D => {
      const y = convolve(x, of(trained));
      return offset ? add(y, offset) : y;
    };
    const scaled = (x: Tensor4D, { gain, shift }: Affine): Tensor4D => {
      const y = convolve(x, mul(of(trained), reshape(gain, [...place])));
      return add(y, offset ? add(mul(offset, gain), shift) : shift);
    };
    return (x, then) => inLayer(name, () => (then ? scaled(x, then) : plain(x)));
  };
  const build: Layer["build"] = (make, name) => {
    const run = buildScaled(make, name);
    return (x) => run(x);
  };
  const parameters = shape.reduce((all, side) => all * side, 1) + (bias ? channels.out : 0);
  return { channels, scale, macs, parameters, build, buildScaled };
}

// TensorFlow's "same" pads strided convolutions at the bottom and right only; a number pads both sides (methods.md 1.4). Without a stride
// they are equal, and "same" is the faster one.
const padding = (rows: number, columns: number, stride: number): "same" | [number, number] =>
  stride === 1 ? "same" : [Math.floor((rows - 1) / 2), Math.floor((columns - 1) / 2)];

/**
 * Convolution `[B, h, w, in]` → `[B, h / stride, w / stride, out]`, padded by dilation · (size − 1) / 2 on every side; kernel `[rows, columns, in, out]`.
 * Fans for first values: in = rows · columns · in, out = rows · columns · out.
 */
export function conv(options: ConvOptions): Convolution {
  const { in: from, out, size, stride = 1, dilation = 1, bias = false, initial = heNormalFanIn, kernelOf } = options;
  const [rows, columns] = typeof size === "number" ? [size, size] : size;
  const area = rows * columns;
  const definition = { channels: { in: from, out }, scale: 1 / stride, macs: (area * from * out) / stride ** 2, bias };
  const fan = { in: area * from, out: area * out };
  return convolution(definition, { shape: [rows, columns, from, out], initial: initial(fan), place: [-1], of: kernelOf }, (x, kernel) =>
    conv2d(x, kernel, { stride, dilation, padding: padding(rows, columns, stride) }),
  );
}

/**
 * One filter a channel: `[B, h, w, C]` → `[B, h / stride, w / stride, C]`, padded on every side, without bias; kernel `[size, size, C, 1]`.
 * Fans: in = size², out = size² · C, as the implementations of MobileNetV2 count it [inferred].
 */
export function depthwise(options: {
  readonly channels: number;
  readonly size: 3 | 5;
  readonly stride?: number;
  readonly initial?: Initialiser;
}): Convolution {
  const { channels, size, stride = 1, initial = heNormalFanIn } = options;
  const area = size * size;
  const definition = {
    channels: { in: channels, out: channels },
    scale: 1 / stride,
    macs: (area * channels) / stride ** 2,
    bias: false,
  };
  const fan = { in: area, out: area * channels };
  return convolution(definition, { shape: [size, size, channels, 1], initial: initial(fan), place: [-1, 1] }, (x, kernel) =>
    depthwiseConv2d(x, kernel, { stride, padding: padding(size, size, stride) }),
  );
}

/**
 * Transposed convolution with stride 2: `[B, h, w, in]` → `[B, 2h, 2w, out]`; kernel `[size, size, out, in]`. Size 2 needs no padding, size 4 has 1 on
 * every side (methods.md 1.4), size 3 has 1 and output padding 1 (1.5). Fans: in = size² · in / 4, out = size² · out [ours].
 */
export function transposedConv(options: {
  readonly in: number;
  readonly out: number;
  readonly size: 2 | 3 | 4;
  /** A bias unless this is false. */
  readonly bias?: boolean;
  readonly initial?: Initialiser;
}): Convolution {
  const { in: from, out, size, bias = true, initial = heNormalFanIn } = options;
  const area = size * size;
  const definition = { channels: { in: from, out }, scale: 2, macs: area * from * out, bias };
  const fan = { in: (area * from) / 4, out: area * out };
  // of size 3, TensorFlow's "same" is cut off at the other end
  const frame = size === 3 ? ({ padding: 1, outputPadding: 1 } as const) : ({ padding: "same" } as const);
  return convolution(definition, { shape: [size, size, out, from], initial: initial(fan), place: [-1, 1] }, (x, kernel) =>
    convTranspose2d(x, kernel, { stride: 2, ...frame }),
  );
}
