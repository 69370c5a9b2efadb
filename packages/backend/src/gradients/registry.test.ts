import * as tf from "@tensorflow/tfjs-core";
import { beforeAll } from "vitest";
import { startEngine } from "../engine.js";
import { describeAnyShape } from "../testing/any-shape.js";

// what is mended in tfjs's own registry, by tfjs's own functions
beforeAll(async () => {
  await startEngine();
});

const at = (values: tf.TensorLike): tf.Tensor => tf.tensor(values, undefined, "int32");

describeAnyShape<{ name: "maximum" | "minimum" }>("elementwiseExtremes", ([a, b], { name }) => tf[name](a!, b!));
describeAnyShape<{ name: "amax" | "amin"; axis: number[]; keepdims: boolean }>("extremes", ([x], { name, axis, keepdims }) =>
  (name === "amax" ? tf.max : tf.min)(x!, axis, keepdims),
);
describeAnyShape("elu", ([x]) => tf.elu(x!));
describeAnyShape("exp", ([x]) => tf.exp(x!));
describeAnyShape("pow", ([a, b]) => tf.pow(tf.add(tf.mul(a!, a!), 0.5), b!));
describeAnyShape<{ ids: number[]; segments: number }>("segmentSum", ([x], { ids, segments }) =>
  tf.unsortedSegmentSum(x!, at(ids) as tf.Tensor1D, segments),
);
describeAnyShape<{ indices: number[][] }>("gatherND", ([x], { indices }) => tf.gatherND(x!, at(indices)));
describeAnyShape<{ indices: number[][]; shape: number[] }>("scatterND", ([x], { indices, shape }) => tf.scatterND(at(indices), x!, shape));
describeAnyShape<{ indices: number[][] }>("tensorScatterUpdate", ([x, updates], { indices }) =>
  tf.tensorScatterUpdate(x!, at(indices), updates!),
);
describeAnyShape<{ begin: number[]; end: number[]; strides: number[] }>("stridedSlice", ([x], { begin, end, strides }) =>
  tf.stridedSlice(x!, begin, end, strides),
);
describeAnyShape<{ block: number }>("depthToSpace", ([x], { block }) => tf.depthToSpace(x as tf.Tensor4D, block));
describeAnyShape<{ equation: string }>("einsum", (inputs, { equation }) => tf.einsum(equation, ...inputs), { bytes: false });
describeAnyShape<{ boxes: number[][]; images: number[]; size: [number, number]; method: "bilinear" | "nearest" }>(
  "cropAndResize",
  ([x], { boxes, images, size, method }) =>
    tf.image.cropAndResize(x as tf.Tensor4D, tf.tensor2d(boxes), at(images) as tf.Tensor1D, size, method),
  { bytes: false },
);
describeAnyShape<{ axis: number }>("prod", ([x], { axis }) => tf.prod(x!, axis), { secondOrder: false });
