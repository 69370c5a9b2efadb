import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { computeOn, computing } from "../computing.js";
import { choosePrecision, compile, startEngine } from "../index.js";
import { depthwiseConv2d } from "../ops/index.js";

/** What is computed otherwise on a GPU, held against TensorFlow's own on a CPU: the operators are told that a GPU computes. Where one does, both sides are the same. */
let { device, vectors } = computing();
beforeAll(async () => {
  await startEngine();
  ({ device, vectors } = computing());
});
const asHere = (): void => computeOn(device!, vectors);
const onGpu = (): void => computeOn("gpu", vectors);
afterEach(asHere);

const map = (shape: [number, number, number, number], seed: number): tf.Tensor4D => tf.randomNormal(shape, 0, 1, "float32", seed);
const largest = (t: tf.Tensor): number => tf.max(tf.abs(t)).dataSync()[0]!;
const near = (a: tf.Tensor, b: tf.Tensor): void => {
  expect(a.shape).toEqual(b.shape);
  expect(largest(tf.sub(a, b)) / largest(b)).toBeLessThan(1e-6);
};

describe("the gradient of resizing by the nearest value, by 0/1 matrices", () => {
  const sizes: [h: number, w: number, toH: number, toW: number][] = [
    [3, 4, 6, 8],
    [8, 6, 4, 3],
    [4, 3, 7, 11],
    [9, 7, 4, 5],
    [6, 5, 9, 3],
    [5, 1, 1, 4],
    [3, 5, 1, 1],
    [64, 49, 111, 97],
  ];
  test.each(sizes)("%i×%i to %i×%i", (h, w, toH, toW) => {
    for (const how of [
      [false, true],
      [false, false],
      [true, false],
    ] as const) {
      const [x, dy] = [map([2, h, w, 3], 1), map([2, toH, toW, 3], 2)];
      const gradient = tf.grad((z: tf.Tensor) => tf.sum(tf.mul(tf.image.resizeNearestNeighbor(z as tf.Tensor4D, [toH, toW], ...how), dy)));
      const wanted = gradient(x);
      onGpu();
      near(gradient(x), wanted);
      const step = compile((z) => [gradient(z)]);
      near(step.runSync(x)[0]!, wanted);
      step.dispose();
      asHere();
    }
  });
});

describe("dilated depthwise convolutions, by space-to-batch", () => {
  test.each([
    [[2, 8, 7, 3], [3, 3, 3, 2], { dilation: 2 }],
    [[1, 9, 6, 2], [3, 1, 2, 1], { dilation: [4, 1], padding: [4, 0] }],
    [[2, 11, 12, 2], [3, 3, 2, 1], { dilation: [2, 3], padding: "valid" }],
    [[1, 8, 7, 3], [3, 3, 3, 1], { dilation: 2, padding: 2, stride: 2 }],
    [[2, 7, 6, 4], [3, 3, 4, 1], { dilation: 1, stride: 2 }],
  ] as const)("%j by %j, %j", (size, kernelSize, options) => {
    const [x, kernel] = [map([...size], 3), map([...kernelSize], 4)];
    const f = (z: tf.Tensor, k: tf.Tensor): tf.Tensor => depthwiseConv2d(z as tf.Tensor4D, k as tf.Tensor4D, options as object);
    const all = (): tf.Tensor[] => [f(x, kernel), ...tf.grads((z, k) => tf.sum(tf.square(f(z, k))))([x, kernel])];
    const wanted = all();
    onGpu();
    all().forEach((found, i) => near(found, wanted[i]!));
    const step = compile((z, k) => [f(z, k)]);
    near(step.runSync(x, kernel)[0]!, wanted[0]!);
    step.dispose();
  });
});

test("bfloat16 is not for GPUs: auto is float32, and asking for it is refused", async () => {
  onGpu();
  expect(await choosePrecision("auto")).toEqual({ precision: "float32", why: "TensorFlow turns steps to bfloat16 on a CPU only" });
  let found: unknown;
  try {
    compile((x) => [x], { precision: "bfloat16", name: "student" });
  } catch (failure) {
    found = failure;
  }
  expect(found).toMatchObject({
    code: "backend/bfloat16",
    exit: 2,
    message:
      '[backend] compiled function "student": bfloat16 was asked for, and TensorFlow turns steps to it on a CPU only; on this GPU nothing would be computed in it. Set precision: float32, or hide the GPU (CUDA_VISIBLE_DEVICES=-1).',
  });
});
