import * as tf from "@tensorflow/tfjs-core";
import * as ops from "../ops/index.js";
import { numbers } from "./numbers.js";

/** An operator with what it is checked on: tensors that differ on every axis, away from its kinks. */
export interface OperatorCase {
  readonly f: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** Gradients are checked in each of them. */
  readonly inputs: readonly tf.Tensor[];
  /** Half a step of the central difference; a whole one for what is linear. */
  readonly step?: number;
  /** Whether the compiled function gives the same bytes; where oneDNN takes another kernel in a graph, 1e-5. true if left out. */
  readonly bytes?: boolean;
}

const four = (x: tf.Tensor): tf.Tensor4D => x as tf.Tensor4D;
const ints = (values: tf.TensorLike): tf.Tensor => tf.tensor(values, undefined, "int32");
const seed = (): tf.Tensor1D => ints([3, 4]) as tf.Tensor1D;
const LINEAR = 1;

/** The cases, by the names of `operatorTable`. */
export function operatorCases(): Readonly<Record<string, OperatorCase>> {
  const x = (): tf.Tensor => numbers([2, 6, 5, 4], 1);
  const channels = (shift = 0): tf.Tensor => tf.add(numbers([4], 2), shift);
  /** Steps of 0.05 in a mixed order: none equal, none near 0, so that a small step changes no order. */
  const spread = (shape: number[]): tf.Tensor => {
    const n = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(
      Float32Array.from({ length: n }, (_, i) => (((i * 7) % n) - n / 2 + 0.5) * 0.05),
      shape,
    );
  };
  const one = (f: (z: tf.Tensor) => tf.Tensor, step = 1e-2, of = x()): OperatorCase => ({ f, inputs: [of], step });
  const apart = (): tf.Tensor => spread([2, 6, 5, 4]);
  const logits = (): tf.Tensor => tf.mul(numbers([3, 5, 9], 1), 3);
  return {
    conv2d: {
      f: (z, w) => ops.conv2d(four(z), four(w), { stride: 2, padding: [2, 1], dilation: [2, 1], groups: 2 }),
      inputs: [x(), numbers([3, 2, 2, 6], 2)],
      bytes: false,
    },
    depthwiseConv2d: {
      f: (z, w) => ops.depthwiseConv2d(four(z), four(w), { dilation: 2 }),
      inputs: [x(), numbers([3, 2, 4, 2], 2)],
      bytes: false,
    },
    convTranspose2d: {
      f: (z, w) => ops.convTranspose2d(four(z), four(w), { stride: 2, padding: 1, outputPadding: 1 }),
      inputs: [x(), numbers([3, 3, 5, 4], 2)],
      bytes: false,
    },
    maxPool: { ...one((z) => ops.maxPool(four(z), { size: 3, stride: 2, padding: 1 }), 1e-2, apart()), bytes: false },
    maxUnpool: {
      f: (y) => {
        const source = four(apart());
        return ops.maxUnpool(four(y), { source, pooled: ops.maxPool(source, { size: 2 }), size: 2 });
      },
      inputs: [numbers([2, 3, 2, 4], 2)],
      step: LINEAR,
    },
    avgPool: { ...one((z) => ops.avgPool(four(z), { size: 3, stride: 2 }), LINEAR), bytes: false },
    globalAvgPool: { ...one((z) => ops.globalAvgPool(four(z)), LINEAR), bytes: false },
    adaptiveAvgPool: { ...one((z) => ops.adaptiveAvgPool(four(z), [4, 3]), LINEAR), bytes: false },
    batchNorm: {
      f: (z, s, o) => ops.batchNorm(four(z), s as tf.Tensor1D, o as tf.Tensor1D).value,
      inputs: [x(), channels(1.5), channels()],
      bytes: false,
    },
    batchNormInference: {
      f: (z, mean, variance, scale, offset) =>
        ops.batchNormInference(four(z), {
          mean: mean as tf.Tensor1D,
          variance: variance as tf.Tensor1D,
          scale: scale as tf.Tensor1D,
          offset: offset as tf.Tensor1D,
        }),
      inputs: [x(), channels(), channels(1.5), channels(1), channels(-1)],
    },
    layerNorm: {
      f: (z, s, o) => ops.layerNorm(z, s as tf.Tensor1D, o as tf.Tensor1D),
      inputs: [x(), channels(1.5), channels()],
      bytes: false,
    },
    instanceNorm: {
      f: (z, s, o) => ops.instanceNorm(four(z), { scale: s as tf.Tensor1D, offset: o as tf.Tensor1D }),
      inputs: [x(), channels(1.5), channels()],
      bytes: false,
    },
    unitVectors: { ...one((z) => ops.unitVectors(z, [1, 2])), bytes: false },
    cosineSimilarity: { f: (a, b) => ops.cosineSimilarity(a, b), inputs: [x(), numbers([2, 6, 5, 4], 2)], bytes: false },
    // u and v as they are: with the iteration they would move with the kernel, which the gradient does not count
    spectralNorm: {
      ...one(
        (w) => ops.spectralNorm(w, numbers([4], 2) as tf.Tensor1D, numbers([18], 4) as tf.Tensor1D).kernel,
        1e-3,
        tf.add(numbers([3, 2, 3, 4], 1), 0.3),
      ),
      bytes: false,
    },
    powerIteration: {
      ...one((w) => ops.powerIteration(w, numbers([4], 2) as tf.Tensor1D).u, 1e-2, numbers([3, 2, 3, 4], 1)),
      bytes: false,
    },
    relu: one(ops.relu, 1e-2, apart()),
    relu6: one((z) => ops.relu6(z), 1e-2, tf.add(apart(), 3)),
    leakyRelu: one((z) => ops.leakyRelu(z, 0.2), 1e-2, apart()),
    prelu: { f: (z, a) => ops.prelu(z, a), inputs: [apart(), channels()], step: 1e-2 },
    gelu: one(ops.gelu),
    softplus: one(ops.softplus),
    tanh: one(ops.tanh),
    sigmoid: one(ops.sigmoid),
    softmax: { ...one((z) => ops.softmax(z, 1)), bytes: false },
    logSoftmax: { ...one((z) => ops.logSoftmax(z, 2)), bytes: false },
    softenedDivergence: { f: (z, y) => ops.softenedDivergence(z, y, 2), inputs: [logits(), numbers([3, 5, 9], 2)], bytes: false },
    crossEntropy: { f: (z, y) => ops.crossEntropy(z, y), inputs: [logits(), numbers([3, 5, 9], 2)], bytes: false },
    matMul: { f: (a, b) => ops.matMul(a, b, { transposeB: true }), inputs: [x(), numbers([7, 4], 2)], bytes: false },
    attention: {
      f: (q, k, v) => ops.attention(q, k, v),
      inputs: [numbers([2, 3, 5, 4], 1), numbers([2, 3, 6, 4], 2), numbers([2, 3, 6, 7], 4)],
      bytes: false,
    },
    resizeBilinear: one((z) => ops.resizeBilinear(four(z), [9, 3]), LINEAR),
    resizeNearest: one((z) => ops.resizeNearest(four(z), [9, 3]), LINEAR),
    reflectPad: one((z) => ops.reflectPad(four(z), [3, 2]), LINEAR),
    gather: one((z) => ops.gather(z, ints([[4, 0, 4]]), 2), LINEAR),
    gatherWindows: one(
      (z) =>
        ops.gatherWindows(
          four(z),
          ints([
            [0, 7, 14, 29],
            [3, 29, 12, 5],
          ]),
          3,
        ),
      LINEAR,
    ),
    topK: one((z) => ops.topK(z, 2).values, 1e-2, apart()),
    argMax: one((z) => ops.argMax(z, 1)),
    oneHot: { f: (labels) => ops.oneHot(tf.cast(labels, "int32"), 3), inputs: [tf.tensor2d([0, 2, 1, 255, 1, 0], [2, 3])] },
    dropout: one((z) => ops.dropout(z, 0.4, seed()), LINEAR),
    spatialDropout: one((z) => ops.spatialDropout(four(z), 0.4, seed()), LINEAR),
    gaussianNoise: one((z) => ops.gaussianNoise(z, 0.5, seed()), LINEAR),
    statelessUniform: one((z) => ops.statelessUniform(z.shape, seed())),
    statelessNormal: one((z) => ops.statelessNormal(z.shape, seed())),
    float32Barrier: one(ops.float32Barrier, LINEAR),
    after: one((z) => ops.after(z, [tf.square(z)])),

    "tf.conv2d": {
      f: (z, w) => tf.conv2d(four(z), four(w), 1, "same", "NHWC", 2),
      inputs: [x(), numbers([3, 2, 4, 3], 2)],
      bytes: false,
    },
    "tf.mirrorPad": one(
      (z) =>
        tf.mirrorPad(
          z,
          [
            [0, 1],
            [2, 3],
            [4, 0],
            [0, 0],
          ],
          "symmetric",
        ),
      LINEAR,
    ),
    "tf.image.resizeBilinear": one((z) => tf.image.resizeBilinear(four(z), [9, 3], false, true), LINEAR),
    "tf.image.cropAndResize": {
      ...one(
        (z) =>
          tf.image.cropAndResize(
            four(z),
            tf.tensor2d([
              [0.1, 0.2, 0.8, 1.2],
              [1, 0, 0, 0.7],
            ]),
            ints([1, 0]) as tf.Tensor1D,
            [4, 3],
          ),
        LINEAR,
      ),
      bytes: false,
    },
    "tf.cumsum": one((z) => tf.cumsum(z, 1, true, true), LINEAR),
    "tf.prod": one((z) => tf.prod(tf.add(z, 0.1), 2)),
    "tf.max": one((z) => tf.max(z, [1, 3]), 1e-2, apart()),
    "tf.min": one((z) => tf.min(z, [0, 2], true), 1e-2, apart()),
    "tf.maximum": { f: (a, b) => tf.maximum(a, b), inputs: [apart(), tf.add(spread([5, 1]), 0.02)], step: 5e-3 },
    "tf.minimum": { f: (a, b) => tf.minimum(a, b), inputs: [tf.add(spread([4]), 0.02), apart()], step: 5e-3 },
    "tf.pow": { f: (a, b) => tf.pow(tf.add(tf.square(a), 0.5), b), inputs: [x(), channels()] },
    "tf.exp": one((z) => tf.exp(z)),
    "tf.elu": one((z) => tf.elu(z), 1e-2, apart()),
    "tf.greater": one((z) => tf.mul(tf.cast(tf.greater(z, 0), "float32"), tf.square(z)), 1e-2, apart()),
    "tf.unsortedSegmentSum": one((z) => tf.unsortedSegmentSum(z, ints([2, -1]) as tf.Tensor1D, 4), LINEAR),
    "tf.gatherND": one(
      (z) =>
        tf.gatherND(
          z,
          ints([
            [1, 5],
            [0, 3],
            [1, 5],
          ]),
        ),
      LINEAR,
    ),
    "tf.scatterND": one((z) => tf.scatterND(ints([[1], [1]]), z, [3, 6, 5, 4]), LINEAR),
    "tf.tensorScatterUpdate": {
      f: (z, u) =>
        tf.tensorScatterUpdate(
          z,
          ints([
            [1, 5],
            [0, 3],
          ]),
          u,
        ),
      inputs: [x(), numbers([2, 5, 4], 2)],
      step: LINEAR,
    },
    "tf.stridedSlice": one((z) => tf.stridedSlice(z, [0, 5, 1, 0], [2, 0, 5, 4], [1, -2, 3, 2]), LINEAR),
    "tf.depthToSpace": one((z) => tf.depthToSpace(four(z), 2), LINEAR),
    "tf.cast": one((z) => tf.mul(tf.cast(z, "float32"), tf.cast(tf.greater(z, 0), "float32")), LINEAR, apart()),
    "tf.einsum": { f: (a, b) => tf.einsum("bhwc,hd->bcd", a, b), inputs: [x(), numbers([6, 3], 2)], bytes: false },
  };
}
