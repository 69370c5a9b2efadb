import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { compile, type Precision } from "../compile.js";
import { computeOn, computing } from "../computing.js";
import { startEngine } from "../engine.js";
import { conv2d, convTranspose2d } from "../ops/index.js";
import { expectClose, type Shape4 } from "../testing/fixtures.js";
import { map } from "../testing/numbers.js";
import { byProducts, kernelGradient } from "./kernel-gradient.js";
import { frameOf, positions, spanOf, type Pair } from "./padding.js";

let device: "cpu" | "gpu";
let vectors: ReturnType<typeof computing>["vectors"];
beforeAll(async () => {
  await startEngine();
  ({ vectors } = computing());
  device = computing().device!;
});
afterEach(() => {
  computeOn(device, vectors);
});

const plainly: Pair = [1, 1];
type F = (x: tf.Tensor4D, kernel: tf.Tensor4D) => tf.Tensor;
const inKernel = (f: F, x: tf.Tensor4D, kernel: tf.Tensor4D, dy: tf.Tensor): tf.Tensor =>
  tf.grad((k: tf.Tensor) => f(x, k as tf.Tensor4D))(kernel, dy);

test("by hand: a row of three, a kernel of two, one channel", () => {
  const [x, dy] = [tf.tensor4d([1, 2, 3], [1, 1, 3, 1]), tf.tensor4d([10, 100], [1, 1, 2, 1])];
  const dw = kernelGradient(x, dy, { stride: [1, 1], dilation: [1, 1], padding: "valid", kernel: [1, 2, 1, 1] });
  expect([...dw.dataSync()]).toEqual([1 * 10 + 2 * 100, 2 * 10 + 3 * 100]);
});

describe("is TensorFlow's own", () => {
  test.each<[string, Shape4, Shape4, { stride?: number; dilation?: Pair; padding?: "same" | "valid" }?]>([
    ["3×3", [3, 6, 5, 2], [3, 3, 2, 4]],
    ["1×1", [2, 5, 4, 3], [1, 1, 3, 5]],
    ["a row", [1, 4, 7, 3], [1, 5, 3, 2]],
    ["a column", [2, 7, 4, 3], [3, 1, 3, 2]],
    ["even sizes, padded behind only", [2, 5, 6, 3], [2, 4, 3, 2]],
    ["unpadded", [2, 6, 5, 3], [3, 2, 3, 4], { padding: "valid" }],
    ["dilated", [2, 9, 8, 3], [3, 3, 3, 4], { dilation: [2, 3] }],
    ["dilated, unpadded", [2, 9, 8, 3], [3, 2, 3, 4], { dilation: [3, 2], padding: "valid" }],
    ["2×2 of stride 2", [3, 6, 4, 3], [2, 2, 3, 5], { stride: 2 }],
    ["2×2 of stride 2, odd sizes", [2, 7, 5, 3], [2, 2, 3, 5], { stride: 2 }],
    ["4×4 of stride 2", [2, 8, 6, 3], [4, 4, 3, 2], { stride: 2 }],
    ["4×2 of stride 2, a row and a column that nothing reaches", [2, 9, 7, 3], [4, 2, 3, 2], { stride: 2, padding: "valid" }],
    ["6×3 of stride 3", [2, 11, 9, 2], [6, 3, 2, 3], { stride: 3 }],
    ["rows of places at once: many channels", [2, 4, 5, 257], [4, 3, 257, 512]],
    ["rows of places at once, 4×4 of stride 2", [1, 4, 6, 80], [4, 4, 80, 513], { stride: 2 }],
    ["pictures one by one: more than 2^22 numbers", [3, 65, 66, 340], [3, 3, 340, 2]],
  ])("%s", (_, size, kernel, { stride = 1, dilation = plainly, padding = "same" } = {}) => {
    const x = map(size, 1);
    const span = spanOf([kernel[0], kernel[1]], dilation);
    const frame = frameOf([size[1], size[2]], span, stride, padding);
    const [h, w] = ([0, 1] as const).map((axis) => positions(size[axis + 1]!, span[axis], stride, frame[axis])) as [number, number];
    const dy = map([size[0], h, w, kernel[3]], 2);
    computeOn(device, "unknown"); // TensorFlow's
    const plain: F = (z, k) => tf.conv2d(z, k, stride, padding, "NHWC", dilation as [number, number]);
    const wanted = inKernel(plain, x, map(kernel, 3), dy);
    const way = { stride: [stride, stride], dilation, padding, kernel } as const;
    const step = compile((a, b) => [kernelGradient(a as tf.Tensor4D, b as tf.Tensor4D, way)]);
    for (const found of [kernelGradient(x, dy, way), ...step.runSync(x, dy)]) {
      expect(found.shape).toEqual(kernel);
      const largest = tf.max(tf.abs(wanted)).dataSync()[0]!;
      expect(tf.max(tf.abs(tf.sub(found, wanted))).dataSync()[0]! / largest).toBeLessThan(2e-5);
    }
    step.dispose();
  });
});

describe("is taken", () => {
  /** Whether the gradient in the kernel of a traced convolution is TensorFlow's op, or products. */
  function way(f: F, size: Shape4, kernel: Shape4, precision: Precision = "float32"): "op" | "products" {
    const operations = (as: typeof vectors, of: "cpu" | "gpu"): number => {
      computeOn(of, as);
      const step = compile((x, k) => [tf.grad((z: tf.Tensor) => tf.sum(f(x as never, z as never)))(k)], { precision });
      tf.tidy(() => step.peakBytes(tf.ones([...size]), tf.ones([...kernel])));
      const [count] = Object.values(step.operations());
      step.dispose();
      return count!;
    };
    return operations(vectors, device) === operations("unknown", "cpu") ? "op" : "products";
  }
  const on =
    (options: object): F =>
    (x, k) =>
      conv2d(x, k, options);
  const plain = on({});

  const wide: Shape4 = [1, 96, 90, 16];
  test.each<[string, "op" | "products", Shape4, Shape4, F?, Precision?]>([
    ["3×3", "products", wide, [3, 3, 16, 16]],
    ["1×1", "products", [1, 96, 90, 64], [1, 1, 64, 64]],
    ["a map so small that its border counts", "op", [4, 10, 9, 160], [3, 3, 160, 160]],
    ["too few channels in", "op", [1, 96, 90, 15], [3, 3, 15, 32]],
    ["too few channels out", "op", [1, 96, 90, 32], [3, 3, 32, 15]],
    ["too little to do", "op", [1, 84, 86, 16], [3, 3, 16, 16]], // 16.6 million; 2^24 are 16.8
    ["dilated", "products", wide, [3, 3, 16, 16], on({ dilation: 5 })],
    ["so far dilated that most would be zeros", "op", wide, [3, 3, 16, 16], on({ dilation: 10 })],
    ["groups", "op", [1, 96, 90, 64], [3, 3, 32, 64], on({ groups: 2 })],
    ["stride 2 of an odd kernel", "op", [1, 96, 90, 32], [3, 3, 32, 32], on({ stride: 2 })],
    ["stride 2 of an odd number of rows", "op", [1, 96, 90, 64], [3, 2, 64, 64], on({ stride: 2 })],
    ["stride 2 of an odd number of columns", "op", [1, 96, 90, 64], [2, 3, 64, 64], on({ stride: 2 })],
    ["rows and columns by different strides", "op", [1, 96, 90, 32], [4, 4, 32, 32], (x, k) => tf.conv2d(x, k, [1, 2], "same")],
    ["stride 2 of an even one", "products", [1, 96, 90, 32], [4, 4, 32, 32], on({ stride: 2 })],
    ["a phase of the map is wide enough", "products", [4, 180, 180, 4], [2, 2, 4, 36], on({ stride: 2 })],
    ["transposed", "products", [1, 96, 90, 32], [2, 2, 32, 32], (x, k) => convTranspose2d(x, k, { stride: 2, padding: "same" })],
    ["bfloat16", "op", wide, [3, 3, 16, 16], plain, "bfloat16"],
  ])("%s: %s", (_, expected, size, kernel, f = plain, precision = "float32") => {
    [device, vectors] = ["cpu", "avx2"];
    expect(way(f, size, kernel, precision)).toBe(expected);
  });

  test.each([
    ["cpu", "avx512"],
    ["cpu", "unknown"],
    ["gpu", "avx2"],
  ] as const)("not on a %s with %s", (on, as) => {
    [device, vectors] = [on, as];
    expect(way(plain, wide, [3, 3, 16, 16])).toBe("op");
  });
});

test("nothing is made of either map before the other is there: a padded copy of a layer's input would last from the way forward to the way back", () => {
  const engine = tf.engine() as unknown as { runKernelFunc: (call: { kernelName?: string; inputs: Record<string, tf.Tensor> }) => unknown };
  const { runKernelFunc } = engine;
  const [x, dy] = [map([2, 64, 62, 16], 1), map([2, 64, 62, 17], 2)];
  const reads: (string | undefined)[] = [];
  computeOn("cpu", "avx2");
  engine.runKernelFunc = (call) => {
    if (Object.values(call.inputs).some((input) => input === x || input === dy)) reads.push(call.kernelName);
    return runKernelFunc.call(engine, call);
  };
  try {
    byProducts(x, dy, { stride: [1, 1], dilation: [1, 1], padding: "same", kernel: [3, 3, 16, 17] })!.dispose();
  } finally {
    engine.runKernelFunc = runKernelFunc;
  }
  expect(reads).toEqual([undefined, "After", undefined, "After"]); // functions with a gradient of their own, and the kernel in each
});

test("its own gradients are the convolution's", () => {
  const [x, kernel, dy, w] = [map([2, 64, 62, 16], 1), map([3, 3, 16, 17], 2), map([2, 64, 62, 17], 3), map([3, 3, 16, 17], 4)];
  const twice = (): tf.Tensor[] =>
    tf.grads((a: tf.Tensor, d: tf.Tensor) =>
      tf.sum(tf.mul(w, tf.grad((k: tf.Tensor) => tf.sum(tf.mul(d, conv2d(a as never, k as never))))(kernel))),
    )([x, dy]);
  computeOn("cpu", "avx2");
  const found = twice();
  computeOn("cpu", "unknown");
  twice().forEach((wanted, i) => {
    expectClose(found[i]!, { shape: wanted.shape, values: [...wanted.dataSync()] } as never, 1e-5);
  });
});
