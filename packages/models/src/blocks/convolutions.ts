import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-core";
import { add, mul, reshape } from "@tensorflow/tfjs-core";
import type { Make } from "@segdistill/core/contract";
import { conv2d, convTranspose2d, depthwiseConv2d, inLayer } from "@segdistill/backend/ops";
import { heNormalFanIn, type Initialiser } from "./initialisers.js";
import type { Layer } from "./layer.js";

/** A convolution whose channels may be scaled: by its kernel and bias, which are small, and not by its map. So a norm that follows it costs nothing in inference. */
export interface Convolution extends Layer {
  /** Like `build`; `gain` [out] multiplies what comes out. */
  readonly buildScaled: (make: Make, name: string) => (x: Tensor4D, gain?: Tensor1D) => Tensor4D;
}

const scalable = (definition: Omit<Layer, "build">, buildScaled: Convolution["buildScaled"]): Convolution => {
  const named: Convolution["buildScaled"] = (make, name) => {
    const run = buildScaled(make, name);
    return (x, gain) => inLayer(name, () => run(x, gain));
  };
  return {
    ...definition,
    buildScaled: named,
    build: (make, name) => {
      const run = named(make, name);
      return (x) => run(x);
    },
  };
};

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
}

/** The kernel and, if wanted, a bias that starts at 0, both by a gain if there is one; `place` is the gain's shape beside the kernel. */
function weights(
  make: Make,
  name: string,
  shape: readonly [number, number, number, number],
  { initial, bias, place }: { initial: ReturnType<Initialiser>; bias: number | undefined; place: readonly number[] },
): (gain?: Tensor1D) => { readonly kernel: Tensor4D; readonly after: (x: Tensor4D) => Tensor4D } {
  const kernel = make.variable(`${name}/kernel`, shape, initial) as unknown as Tensor4D;
  const offset = bias === undefined ? undefined : (make.variable(`${name}/bias`, [bias], "zeros") as unknown as Tensor1D);
  const by = <T extends Tensor4D | Tensor1D>(of: T, gain: Tensor1D | undefined, as: readonly number[]): T =>
    gain === undefined ? of : mul(of, reshape(gain, [...as]));
  return (gain) => ({
    kernel: by(kernel, gain, place),
    after: (x) => (offset === undefined ? x : add(x, by(offset, gain, [-1]))),
  });
}

// TensorFlow's "same" pads strided convolutions at the bottom and right only; a number pads both sides (methods.md 1.4). Without a stride
// they are equal, and "same" is the faster one.
const padding = (size: number, stride: number): "same" | number => (stride === 1 ? "same" : Math.floor((size - 1) / 2));

/**
 * Convolution `[B, h, w, in]` → `[B, h / stride, w / stride, out]`, padded by dilation · (size − 1) / 2 on every side; kernel `[rows, columns, in, out]`.
 * Fans for first values: in = rows · columns · in, out = rows · columns · out.
 */
export function conv(options: ConvOptions): Convolution {
  const { in: from, out, size, stride = 1, dilation = 1, bias = false, initial = heNormalFanIn } = options;
  const [rows, columns] = typeof size === "number" ? [size, size] : size;
  const area = rows * columns;
  const definition = {
    channels: { in: from, out },
    scale: 1 / stride,
    parameters: area * from * out + (bias ? out : 0),
    macs: (area * from * out) / stride ** 2,
  };
  return scalable(definition, (make, name) => {
    const fan = { in: area * from, out: area * out };
    const weighted = weights(make, name, [rows, columns, from, out], { initial: initial(fan), bias: bias ? out : undefined, place: [-1] });
    return (x, gain) => {
      const { kernel, after } = weighted(gain);
      return after(conv2d(x, kernel, { stride, dilation, padding: padding(rows, stride) }));
    };
  });
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
    parameters: area * channels,
    macs: (area * channels) / stride ** 2,
  };
  return scalable(definition, (make, name) => {
    const fan = { in: area, out: area * channels };
    const weighted = weights(make, name, [size, size, channels, 1], { initial: initial(fan), bias: undefined, place: [-1, 1] });
    return (x, gain) => depthwiseConv2d(x, weighted(gain).kernel, { stride, padding: padding(size, stride) });
  });
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
  const definition = {
    channels: { in: from, out },
    scale: 2,
    parameters: area * from * out + (bias ? out : 0),
    macs: area * from * out,
  };
  return scalable(definition, (make, name) => {
    const fan = { in: (area * from) / 4, out: area * out };
    const weighted = weights(make, name, [size, size, out, from], { initial: initial(fan), bias: bias ? out : undefined, place: [-1, 1] });
    // of size 3, TensorFlow's "same" is cut off at the other end
    const frame = size === 3 ? ({ padding: 1, outputPadding: 1 } as const) : ({ padding: "same" } as const);
    return (x, gain) => {
      const { kernel, after } = weighted(gain);
      return after(convTranspose2d(x, kernel, { stride: 2, ...frame }));
    };
  });
}
