import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import type { BackendError } from "../errors.js";
import { inLayer, inModule } from "../layer-path.js";
import {
  adaptiveAvgPool,
  avgPool,
  batchNorm,
  batchNormInference,
  conv2d,
  convTranspose2d,
  depthwiseConv2d,
  globalAvgPool,
  instanceNorm,
  layerNorm,
  logSoftmax,
  maxPool,
  maxUnpool,
  powerIteration,
  reflectPad,
  resizeBilinear,
  resizeNearest,
  softmax,
  spatialDropout,
  spectralNorm,
} from "./index.js";

beforeAll(async () => {
  await startEngine();
});

const map = (...shape: [number, number, number, number]): tf.Tensor4D => tf.ones(shape);
const vector = (n: number): tf.Tensor1D => tf.ones([n]);
const x = (): tf.Tensor4D => map(2, 6, 5, 4);
const flat = "Expected maps [B, H, W, C]: reshape it.";
const small = "nothing is left. Give it larger pictures, fewer levels, more padding or a smaller window.";

test.each<readonly [what: string, f: () => unknown, code: string, message: string]>([
  [
    "a vector where a map belongs",
    () => conv2d(vector(4) as unknown as tf.Tensor4D, map(3, 2, 4, 1)),
    "not-a-map",
    "[conv2d] x is [4], the kernel [3, 2, 4, 1]. Expected maps [B, H, W, C] and kernels [height, width, channels, channels]: reshape it.",
  ],
  ...(
    [
      ["maxPool", (z) => maxPool(z, { size: 2 })],
      ["avgPool", (z) => avgPool(z, { size: 2 })],
      ["globalAvgPool", globalAvgPool],
      ["adaptiveAvgPool", (z) => adaptiveAvgPool(z, [2, 3])],
      ["resizeBilinear", (z) => resizeBilinear(z, [2, 3])],
      ["resizeNearest", (z) => resizeNearest(z, [2, 3])],
      ["reflectPad", (z) => reflectPad(z, 1)],
      ["instanceNorm", (z) => instanceNorm(z)],
      ["batchNorm", (z) => batchNorm(z, vector(5), vector(5))],
      ["spatialDropout", (z) => spatialDropout(z, 0.5, tf.tensor1d([1, 2], "int32"))],
    ] as readonly [string, (z: tf.Tensor4D) => unknown][]
  ).map(
    ([who, f]) =>
      [`${who} of a matrix`, () => f(tf.ones([6, 5]) as unknown as tf.Tensor4D), "not-a-map", `[${who}] x is [6, 5]. ${flat}`] as const,
  ),
  [
    "groups that do not divide the channels",
    () => conv2d(x(), map(3, 3, 1, 6), { groups: 3 }),
    "groups",
    "[conv2d] x is [2, 6, 5, 4], the kernel [3, 3, 1, 6], in 3 groups. Expected a number of groups that divides both 4 and 6 channels.",
  ],
  [
    "a kernel for other groups",
    () => conv2d(x(), map(3, 3, 4, 6), { groups: 2 }),
    "channels",
    "[conv2d] x has 4 channels [2, 6, 5, 4], the kernel takes 8 [3, 3, 4, 6]. Give this layer 8 channels, or make it for 4.",
  ],
  [
    "a kernel that is larger than its map",
    () => conv2d(x(), map(3, 3, 4, 1), { padding: [0, 1], dilation: [3, 1] }),
    "too-small",
    `[conv2d] x is [2, 6, 5, 4], the window reaches over 7×3, padded by [0, 0] rows and [1, 1] columns: ${small}`,
  ],
  [
    "a depthwise kernel that is larger than its map",
    () => depthwiseConv2d(x(), map(3, 7, 4, 1), { padding: "valid" }),
    "too-small",
    `[depthwiseConv2d] x is [2, 6, 5, 4], the window reaches over 3×7, padded by [0, 0] rows and [0, 0] columns: ${small}`,
  ],
  [
    "a transposed convolution that cuts everything off",
    () => convTranspose2d(map(2, 1, 5, 4), map(3, 3, 1, 4), { stride: 2, padding: 2 }),
    "too-small",
    `[convTranspose2d] x is [2, 1, 5, 4], the window reaches over 3×3, padded by [2, 2] rows and [2, 2] columns: ${small}`,
  ],
  ...(["maxPool", "avgPool"] as const).map(
    (who) =>
      [
        `${who} of a map that is too small`,
        () => ({ maxPool, avgPool })[who](map(2, 2, 1, 3), { size: 2 }),
        "too-small",
        `[${who}] x is [2, 2, 1, 3], the window reaches over 2×2, padded by [0, 0] rows and [0, 0] columns: ${small}`,
      ] as const,
  ),
  ...[adaptiveAvgPool, resizeBilinear, resizeNearest].map(
    (f) =>
      [
        `${f.name} to half a column`,
        () => f(x(), [3, 2.5]),
        "target-size",
        `[${f.name}] x is [2, 6, 5, 4], to be made 3×2.5. Expected whole numbers of rows and columns, from 1 on.`,
      ] as const,
  ),
  [
    "a border as wide as the map",
    () => reflectPad(x(), [2, 5]),
    "border",
    "[reflectPad] x is [2, 6, 5, 4], the border [2, 5]. Expected fewer than 6 rows and 5 columns: an edge is not repeated, so there is nothing more to reflect.",
  ],
  [
    "unpooling by another pool's places",
    () => maxUnpool(map(2, 3, 2, 4), { source: x(), pooled: map(2, 2, 2, 4), size: 2 }),
    "unpool",
    "[maxUnpool] y is [2, 3, 2, 4], source [2, 6, 5, 4], pooled [2, 2, 2, 4]. A pool of this source gives [2, 3, 2, 4]: y and pooled must both be that. Give the input and the output of one max pool.",
  ],
  [
    "unpooling other channels",
    () => maxUnpool(map(2, 3, 2, 8), { source: x(), pooled: map(2, 3, 2, 4), size: 2 }),
    "unpool",
    "[maxUnpool] y is [2, 3, 2, 8], source [2, 6, 5, 4], pooled [2, 3, 2, 4]. A pool of this source gives [2, 3, 2, 4]: y and pooled must both be that. Give the input and the output of one max pool.",
  ],
  [
    "a scale for other channels",
    () => layerNorm(x(), vector(5), vector(4)),
    "vector",
    "[layerNorm] x is [2, 6, 5, 4], scale [5]. Expected one number a channel: [4].",
  ],
  [
    "an offset for other channels of a batch",
    () => batchNorm(x(), vector(4), vector(5)),
    "vector",
    "[batchNorm] x is [2, 6, 5, 4], offset [5]. Expected one number a channel: [4].",
  ],
  [
    "one variance for all channels, which would fit without a word",
    () => batchNormInference(x(), { mean: vector(4), variance: vector(1), scale: vector(4), offset: vector(4) }),
    "vector",
    "[batchNormInference] x is [2, 6, 5, 4], variance [1]. Expected one number a channel: [4].",
  ],
  ...[softmax, logSoftmax].map(
    (f) =>
      [
        `${f.name} over an axis that is not there`,
        () => f(x(), 4),
        "axis",
        `[${f.name}] x is [2, 6, 5, 4], the axis 4. Expected one from -4 to 3.`,
      ] as const,
  ),
  [
    "vectors of another kernel",
    () => spectralNorm(map(3, 2, 4, 5), vector(5), vector(20)),
    "singular-vectors",
    "[spectralNorm] the kernel is [3, 2, 4, 5], u [5], v [20]. Expected u [5] and v [24]: as a matrix the kernel is [24, 5].",
  ],
  [
    "a vector of another kernel",
    () => powerIteration(map(3, 2, 4, 5), vector(4)),
    "singular-vectors",
    "[spectralNorm] the kernel is [3, 2, 4, 5], u [4]. Expected u [5]: as a matrix the kernel is [24, 5].",
  ],
  [
    "an offset for other channels",
    () => instanceNorm(x(), { scale: vector(4), offset: vector(1) }),
    "vector",
    "[instanceNorm] x is [2, 6, 5, 4], offset [1]. Expected one number a channel: [4].",
  ],
])("%s", (_, f, code, message) => {
  const thrown = (() => {
    try {
      f();
    } catch (failure) {
      return failure as BackendError;
    }
    throw new Error("nothing was thrown");
  })();
  expect([thrown.name, thrown.code, thrown.message]).toEqual(["SegDistillError", `backend/${code}`, message]);
});

test("inside a network the message says where", () => {
  expect(() => inModule("student", () => inLayer("encoder/4/pool", () => maxPool(map(2, 2, 1, 3), { size: 2 })))).toThrow(
    `[maxPool] x is [2, 2, 1, 3], the window reaches over 2×2, padded by [0, 0] rows and [0, 0] columns, in layer "student/encoder/4/pool": ${small}`,
  );
});
