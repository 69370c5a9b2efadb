import { broadcastTo, einsum, expandDims, pad, reshape, reverse, slice, slice_util, transpose, type Tensor } from "@tensorflow/tfjs-core";
import { replaceGradient } from "../operators/operator.js";

/** Gradients that tfjs lacks, of operators that only move values: stridedSlice, depthToSpace, einsum. */
export function mendRearranging(): void {
  replaceGradient({
    kernelName: "StridedSlice",
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attributes) => ({ x: () => unsliced(dy as Tensor, x!.shape, attributes as unknown as StridedSliceAttributes) }),
  });
  replaceGradient({
    kernelName: "DepthToSpace",
    gradFunc: (dy, _, attributes) => ({ x: () => toDepth(dy as Tensor, attributes as unknown as DepthToSpaceAttributes) }),
  });
  replaceGradient({
    kernelName: "Einsum",
    saveAllInputs: true,
    gradFunc: (dy, inputs, { equation }) =>
      inputs.map((_, i) => () => contracted(dy as Tensor, inputs, i, equation as string)) as unknown as Record<string, () => Tensor>,
  });
}

interface StridedSliceAttributes {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

/** Every value of dy where it was taken from, zeros between. */
function unsliced(dy: Tensor, shape: number[], a: StridedSliceAttributes): Tensor {
  const taken = slice_util.sliceInfo(
    shape,
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
  let out = reshape(
    dy,
    shape.map((_, i) => Math.ceil((taken.end[i]! - taken.begin[i]!) / taken.strides[i]!)),
  );
  for (const [axis, length] of shape.entries()) {
    const [count, stride] = [out.shape[axis]!, taken.strides[axis]!];
    if (stride < 0) out = reverse(out, axis);
    const first = stride < 0 ? taken.begin[axis]! + (count - 1) * stride : taken.begin[axis]!;
    const step = Math.abs(stride);
    const apart = along(expandDims(out, axis + 1), axis + 1, 0, step - 1);
    out = reshape(
      apart,
      out.shape.map((n, i) => (i === axis ? count * step : n)),
    );
    const room = Math.min(count * step, length - first);
    const size = out.shape.map((n, i) => (i === axis ? room : n));
    out = along(
      slice(
        out,
        size.map(() => 0),
        size,
      ),
      axis,
      first,
      length - first - room,
    );
  }
  return out;
}

const along = (x: Tensor, axis: number, before: number, after: number): Tensor =>
  before + after === 0
    ? x
    : pad(
        x,
        x.shape.map((_, i) => (i === axis ? [before, after] : [0, 0])),
      );

interface DepthToSpaceAttributes {
  readonly blockSize: number;
  readonly dataFormat: "NHWC" | "NCHW";
}

function toDepth(dy: Tensor, { blockSize: s, dataFormat }: DepthToSpaceAttributes): Tensor {
  const [b, ...rest] = dy.shape as [number, number, number, number];
  if (dataFormat === "NCHW") {
    const [c, h, w] = rest;
    const cells = transpose(reshape(dy, [b, c, h / s, s, w / s, s]), [0, 3, 5, 1, 2, 4]);
    return reshape(cells, [b, s * s * c, h / s, w / s]);
  }
  const [h, w, c] = rest;
  const cells = transpose(reshape(dy, [b, h / s, s, w / s, s, c]), [0, 1, 3, 2, 4, 5]);
  return reshape(cells, [b, h / s, w / s, s * s * c]);
}

/** The gradient of input `i`: dy contracted with the other input; along what stands in `i` alone the sum's gradient is the same everywhere. */
function contracted(dy: Tensor, inputs: readonly Tensor[], i: number, equation: string): Tensor {
  const [left, out] = equation.replace(/\s/g, "").split("->") as [string, string];
  const labels = left.split(",");
  const [own, other] = [labels[i]!, labels[1 - i]];
  const known = own.split("").filter((l) => out.includes(l) || other?.includes(l));
  const others = other === undefined ? [] : [inputs[1 - i]!];
  const found = einsum(`${[out, ...(other === undefined ? [] : [other])].join(",")}->${known.join("")}`, dy, ...others);
  const shape = inputs[i]!.shape;
  const narrow = own.split("").map((l, axis) => (known.includes(l) ? shape[axis]! : 1));
  return known.length === own.length ? found : broadcastTo(reshape(found, narrow), shape);
}
