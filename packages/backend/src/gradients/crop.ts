import {
  abs,
  add,
  cast,
  equal,
  expandDims,
  floor,
  greaterEqual,
  lessEqual,
  logicalAnd,
  matMul,
  mul,
  range,
  relu,
  reshape,
  split,
  squeeze,
  sub,
  transpose,
  unsortedSegmentSum,
  type Tensor,
  type Tensor1D,
} from "@tensorflow/tfjs-core";
import { replaceGradient } from "../operators/operator.js";

/**
 * Crop and resize had no gradient. What a crop does to rows and columns is a matrix each, y = R·x·Kᵀ, so the gradient is Rᵀ·dy·K, added up over the
 * crops of an image: on every backend and always in the same order, which TensorFlow's own op is not (engine-ops.md §8). None in the boxes.
 */
export function mendCropAndResize(): void {
  replaceGradient({
    kernelName: "CropAndResize",
    inputsToSave: ["image", "boxes", "boxInd"],
    gradFunc: (given, [image, boxes, boxInd], attributes) => ({
      image: () => {
        const { cropSize, method } = attributes as unknown as { cropSize: [number, number]; method: "bilinear" | "nearest" };
        const dy = given as Tensor; // [crops, ch, cw, C]
        const [b, h, w, c] = image!.shape as [number, number, number, number];
        const [ch, cw] = cropSize;
        const [y1, x1, y2, x2] = split(boxes!, 4, 1).map((t) => squeeze(t, [1])) as [Tensor, Tensor, Tensor, Tensor];
        const rows = weights(y1, y2, h, ch, method); // [crops, ch, h]
        const columns = weights(x1, x2, w, cw, method); // [crops, cw, w]
        const crops = dy.shape[0];
        const tall = matMul(rows, reshape(dy, [crops, ch, cw * c]), true); // [crops, h, cw·C]
        const turned = reshape(transpose(reshape(tall, [crops, h, cw, c]), [0, 2, 1, 3]), [crops, cw, h * c]);
        const wide = matMul(columns, turned, true); // [crops, w, h·C]
        const back = transpose(reshape(wide, [crops, w, h, c]), [0, 2, 1, 3]);
        return unsortedSegmentSum(back, boxInd as Tensor1D, b);
      },
    }),
  });
}

/** How much of each of `length` lines goes into each of `count` lines of a crop from `start` to `end` (parts of length − 1): [crops, count, length]. */
function weights(start: Tensor, end: Tensor, length: number, count: number, method: "bilinear" | "nearest"): Tensor {
  const from = expandDims(mul(start, length - 1), 1);
  const span = expandDims(mul(sub(end, start), length - 1), 1);
  const at = count > 1 ? add(from, mul(span, expandDims(mul(range(0, count), 1 / (count - 1)), 0))) : add(from, mul(span, 0.5));
  const inside = cast(logicalAnd(greaterEqual(at, 0), lessEqual(at, length - 1)), "float32");
  const lines = range(0, length);
  const places = expandDims(method === "bilinear" ? at : floor(add(at, 0.5)), 2);
  const distance = sub(places, lines);
  const each = method === "bilinear" ? relu(sub(1, abs(distance))) : cast(equal(distance, 0), "float32");
  return mul(each, expandDims(inside, 2));
}
