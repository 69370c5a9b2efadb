import {
  concat,
  conv2d,
  conv2dTranspose,
  engine,
  gather,
  pad,
  split,
  tensor1d,
  type NamedAttrMap,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { byProducts } from "./kernel-gradient.js";
import { attr, call, type Operator } from "./operator.js";

/** How a convolution goes over its map; `shape` is that of what a gradient gives. */
interface Way extends NamedAttrMap {
  readonly stride: [rows: number, columns: number];
  readonly padding: "same" | "valid";
  readonly dilation: [rows: number, columns: number];
}
interface WayBack extends Way {
  readonly shape: [number, number, number, number];
}

const forwards = (attributes: NamedAttrMap): Way => {
  const { stride, padding, dilation } = attributes as Way;
  return { stride, padding, dilation };
};

const native = ({ stride, padding, dilation }: Way) => [
  attr.type("T"),
  attr.int("strides", [1, ...stride, 1]),
  attr.text("padding", padding.toUpperCase()),
  attr.text("data_format", "NHWC"),
  attr.bool("use_cudnn_on_gpu", true),
  attr.int("dilations", [1, ...dilation, 1]),
];

/**
 * Convolution with groups, with dilation, or both: `x` [B, H, W, C], `kernel` [kh, kw, C/groups, O]. The three operators are each other's gradients, at any
 * order. TensorFlow's ops behind the gradients need oneDNN (engine-ops.md §2 (A)).
 */
export const anyConvolution: Operator = {
  name: "AnyConvolution",
  native: (run, { x, kernel }, way) => run("Conv2D", native(way as Way), [x!, kernel!], 1)[0]!,
  plain: ({ x, kernel }, attributes) => {
    const { stride, padding, dilation } = attributes as Way;
    return byGroup(groupsOf(x!, kernel!), [x!, kernel!], (map, k) => conv2d(map, spread(k, dilation), stride, padding));
  },
  gradient: {
    inputsToSave: ["x", "kernel"],
    gradFunc: (dy, [x, kernel], way) => ({
      x: () => call("AnyConvolutionInputGrad", { dy: dy as Tensor, kernel: kernel! }, { ...way, shape: x!.shape }),
      kernel: () => call("AnyConvolutionKernelGrad", { x: x!, dy: dy as Tensor }, { ...way, shape: kernel!.shape }),
    }),
  },
};

export const anyConvolutionInputGrad: Operator = {
  name: "AnyConvolutionInputGrad",
  native: (run, { dy, kernel }, way) => {
    const size = tensor1d((way as WayBack).shape, "int32");
    const [dx] = run("Conv2DBackpropInput", native(way as Way), [size, kernel!, dy!], 1);
    size.dispose();
    return dx!;
  },
  plain: ({ dy, kernel }, attributes) => {
    const { stride, padding, dilation, shape } = attributes as WayBack;
    const [b, h, w, c] = shape;
    const groups = c / kernel!.shape[2]!;
    return byGroup(groups, [dy!, kernel!], (d, k) => conv2dTranspose(d, spread(k, dilation), [b, h, w, c / groups], stride, padding));
  },
  gradient: {
    inputsToSave: ["dy", "kernel"],
    gradFunc: (dd, [dy, kernel], way) => ({
      dy: () => call("AnyConvolution", { x: dd as Tensor, kernel: kernel! }, forwards(way)),
      kernel: () => call("AnyConvolutionKernelGrad", { x: dd as Tensor, dy: dy! }, { ...way, shape: kernel!.shape }),
    }),
  },
};

export const anyConvolutionKernelGrad: Operator = {
  name: "AnyConvolutionKernelGrad",
  native: (run, { x, dy }, way) => {
    const { stride, padding, dilation, shape } = way as WayBack;
    const products = byProducts(x!, dy!, { stride, dilation, padding, kernel: shape });
    if (products) return products;
    const size = tensor1d(shape, "int32");
    const [dKernel] = run("Conv2DBackpropFilter", native(way as Way), [x!, size, dy!], 1);
    size.dispose();
    return dKernel!;
  },
  plain: ({ x, dy }, attributes) => {
    const { stride, padding, dilation, shape } = attributes as WayBack;
    const [kh, kw, c, o] = shape;
    const groups = x!.shape[3]! / c;
    const filterShape = [dilation[0] * (kh - 1) + 1, dilation[1] * (kw - 1) + 1, c, o / groups];
    const wide = { strides: stride, pad: padding, dataFormat: "NHWC", dimRoundingMode: null, filterShape } as unknown as NamedAttrMap;
    return byGroup(groups, [x!, dy!], (map, d) => gathered(engine().runKernel("Conv2DBackpropFilter", { x: map, dy: d }, wide), dilation));
  },
  gradient: {
    inputsToSave: ["x", "dy"],
    gradFunc: (dd, [x, dy], way) => ({
      x: () => call("AnyConvolutionInputGrad", { dy: dy!, kernel: dd as Tensor }, { ...way, shape: x!.shape }),
      dy: () => call("AnyConvolution", { x: x!, kernel: dd as Tensor }, forwards(way)),
    }),
  },
};

const groupsOf = (x: Tensor, kernel: Tensor): number => x.shape[3]! / kernel.shape[2]!;

/** Runs `f` on every group's part of both tensors, cut along the last axis. */
const byGroup = (groups: number, both: readonly [Tensor, Tensor], f: (a: Tensor4D, b: Tensor4D) => Tensor): Tensor => {
  const [as, bs] = both.map((t) => split(t as Tensor4D, groups, 3)) as [Tensor4D[], Tensor4D[]];
  return concat(
    as.map((a, i) => f(a, bs[i]!)),
    3,
  );
};

/** The kernel with rate − 1 zeros between its rows and columns: dilation for backends that have none. */
const spread = (kernel: Tensor4D, [rows, columns]: Way["dilation"]): Tensor4D => {
  const [kh, kw] = kernel.shape;
  const withZeros = pad(kernel, [
    [0, 1],
    [0, 1],
    [0, 0],
    [0, 0],
  ]);
  const at = (n: number, rate: number): number[] => Array.from({ length: rate * (n - 1) + 1 }, (_, i) => (i % rate === 0 ? i / rate : n));
  return gather(gather(withZeros, at(kh, rows), 0), at(kw, columns), 1);
};

/** What `spread` put in place, without the zeros. */
const gathered = (kernel: Tensor, [rows, columns]: Way["dilation"]): Tensor => {
  const at = (n: number, rate: number): number[] => Array.from({ length: (n - 1) / rate + 1 }, (_, i) => rate * i);
  return gather(gather(kernel, at(kernel.shape[0], rows), 0), at(kernel.shape[1]!, columns), 1);
};
