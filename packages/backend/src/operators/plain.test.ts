import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { map, numbers } from "../testing/numbers.js";
import { float32Barrier } from "./barrier.js";
import { batchNormTraining, batchNormTrainingGrad } from "./batch-norm.js";
import { anyConvolution, anyConvolutionInputGrad, anyConvolutionKernelGrad } from "./convolution.js";
import { call, callMany, type Operator } from "./operator.js";
import { statelessNormal, statelessUniform } from "./random.js";
import { relu6Grad, reluGrad } from "./rectifiers.js";
import { maxPoolGradGrad } from "./unpool.js";

beforeAll(async () => {
  await startEngine();
});

const list = (made: tf.Tensor | tf.Tensor[]): tf.Tensor[] => (Array.isArray(made) ? made : [made]);

/** What other backends run, against TensorFlow's own op: the first `outputs` results to 1e-5 of the largest value. */
function expectAgreement(operator: Operator, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap = {}, outputs = 1): void {
  const native = list(callMany(operator.name, inputs, attributes));
  const plain = list(operator.plain(inputs, attributes));
  expect(plain.length).toBe(native.length);
  for (let i = 0; i < outputs; i++) {
    expect(plain[i]!.shape).toEqual(native[i]!.shape);
    const largest = tf.max(tf.abs(native[i]!)).dataSync()[0]!;
    expect(tf.max(tf.abs(tf.sub(plain[i]!, native[i]!))).dataSync()[0]! / largest, `output ${i}`).toBeLessThan(1e-5);
  }
}

describe("the plain forms, for backends without TensorFlow, give the native ops' numbers", () => {
  const shape = [3, 5, 4, 2] as const;
  const vectors = (): { scale: tf.Tensor; offset: tf.Tensor } => ({ scale: tf.tensor1d([1.5, -0.5]), offset: tf.tensor1d([0.25, 2]) });

  test("batch normalisation: y, mean, unbiased variance", () =>
    expectAgreement(batchNormTraining, { x: map(shape, 1), ...vectors() }, { epsilon: 1e-3 }, 3));

  test("batch normalisation that moves running statistics: y, and what they become", () => {
    const running = { mean: tf.tensor1d([10, -4]), variance: tf.tensor1d([2, 0.5]) };
    expectAgreement(batchNormTraining, { x: map(shape, 1), ...vectors(), ...running }, { epsilon: 1e-3, share: 0.25 }, 3);
  });

  test("its gradient, each from its own saved statistics", () => {
    const [x, dy] = [tf.add(map(shape, 1), 3), map(shape, 2)];
    const attributes = { epsilon: 1e-3 };
    const saved = (made: tf.Tensor[]): tf.NamedTensorMap => ({ dy, x, scale: vectors().scale, r1: made[3]!, r2: made[4]!, r3: made[5]! });
    const native = callMany("BatchNormTrainingGrad", saved(callMany("BatchNormTraining", { x, ...vectors() }, attributes)), attributes);
    const plain = list(batchNormTrainingGrad.plain(saved(list(batchNormTraining.plain({ x, ...vectors() }, attributes))), attributes));
    expect([native.length, plain.length]).toEqual([3, 3]);
    native.forEach((n, i) => {
      const largest = tf.max(tf.abs(n)).dataSync()[0]!;
      expect(tf.max(tf.abs(tf.sub(plain[i]!, n))).dataSync()[0]! / largest, `output ${i}`).toBeLessThan(2e-5);
    });
  });

  test("gradients of rectifiers, at their corners too", () => {
    const x = tf.tensor1d([-1, -0, 0, 0.5, 5.5, 6, 7]);
    // outputs of a rectifier, and numbers that none gives
    for (const operator of [reluGrad, relu6Grad]) expectAgreement(operator, { dy: numbers([7], 1), y: x, x });
  });

  test.each([
    { x: [2, 9, 8, 4], kernel: [3, 2, 4, 6], stride: [1, 1], padding: "same", dilation: [2, 3] },
    { x: [2, 8, 7, 6], kernel: [3, 3, 2, 9], stride: [2, 2], padding: "same", dilation: [1, 1] },
    { x: [1, 9, 11, 4], kernel: [2, 3, 2, 6], stride: [2, 1], padding: "valid", dilation: [3, 2] },
  ] as const)("convolution of $x by $kernel, stride $stride, $padding, dilation $dilation, and its gradients", (one) => {
    const way = { stride: [...one.stride], padding: one.padding, dilation: [...one.dilation] };
    const [x, kernel] = [map(one.x, 1), map(one.kernel, 2)];
    expectAgreement(anyConvolution, { x, kernel }, way);
    const dy = numbers(call("AnyConvolution", { x, kernel }, way).shape, 3);
    expectAgreement(anyConvolutionInputGrad, { dy, kernel }, { ...way, shape: [...one.x] });
    expectAgreement(anyConvolutionKernelGrad, { x, dy }, { ...way, shape: [...one.kernel] });
  });

  test.each([
    [[2, 6, 4, 3], 2, 2],
    [[1, 7, 9, 2], 3, 2],
  ] as const)("what stands where a pool of %j, size %i, stride %i, found its first maximum", (of, size, stride) => {
    const source = tf.round(tf.mul<tf.Tensor4D>(map(of, 1), 2));
    const pooled = tf.maxPool(source, size, stride, "valid");
    expectAgreement(maxPoolGradGrad, { source, pooled, dd: map(of, 4) }, { filterSize: size, strides: stride, pad: "valid" });
  });

  test("the barrier", () => expectAgreement(float32Barrier, { x: map(shape, 1) }));

  test("random numbers: other ones than TensorFlow's, but they follow from the seed and have the same law", () => {
    const count = 20_000;
    for (const [operator, mean, variance] of [
      [statelessUniform, 0.5, 1 / 12],
      [statelessNormal, 0, 1],
    ] as const) {
      const draw = (a: number, b: number): Float32Array =>
        list(operator.plain({ seed: tf.tensor1d([a, b], "int32") }, { shape: [count / 4, 4] }))[0]!.dataSync<"float32">();
      const values = draw(3, 4);
      expect(draw(3, 4)).toEqual(values);
      for (const other of [draw(4, 3), draw(3, 5), draw(2, 4)]) expect(other.filter((v, i) => v === values[i]).length).toBeLessThan(10);
      const found = values.reduce((a, b) => a + b, 0) / count;
      expect(Math.abs(found - mean)).toBeLessThan(0.03);
      expect(Math.abs(values.reduce((a, b) => a + (b - found) ** 2, 0) / count / variance - 1)).toBeLessThan(0.05);
    }
  });
});
