import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { compile } from "../index.js";
import { gradientError } from "../testing/central-differences.js";
import { casesOf, expectCase, expectSame, type Shape4 } from "../testing/fixtures.js";
import { map, numbers } from "../testing/numbers.js";
import { float32Barrier, maxPool, relu, relu6, resizeBilinear } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

describe("relu, relu6", () => {
  test("by hand, with gradient 0 at 0 and at 6", () => {
    const x = tf.tensor1d([-1, 0, 0, 0.5, 5.5, 6, 7]);
    const dy = tf.tensor1d([1, 2, 3, 4, 5, 6, 7]);
    expect(Array.from(relu(x).dataSync())).toEqual([0, 0, 0, 0.5, 5.5, 6, 7]);
    expect(Array.from(relu6(x).dataSync())).toEqual([0, 0, 0, 0.5, 5.5, 6, 6]);
    expect(Array.from(tf.grad(relu)(x, dy).dataSync())).toEqual([0, 0, 0, 4, 5, 6, 7]);
    expect(Array.from(tf.grad(relu6)(x, dy).dataSync())).toEqual([0, 0, 0, 4, 5, 0, 0]);
  });

  test.each([
    ["relu", relu],
    ["relu6", relu6],
  ])("%s: central differences; compiled gives the same bytes", (_, f) => {
    const x = tf.mul(numbers([3, 4, 5, 2], 1), 9);
    expect(gradientError(f, x, 1e-3)).toBeLessThan(1e-3);
    const both = (z: tf.Tensor): tf.Tensor[] => [f(z), tf.grad((u: tf.Tensor) => tf.square(f(u)))(z)];
    const [y, dx] = both(x);
    const [y2, dx2] = compile(both).runSync(x);
    expectSame(y2!, y!);
    expectSame(dx2!, dx!);
  });
});

test.each(casesOf<{ x: Shape4; size: number; stride: number }>("maxPool"))(
  "maxPool of $x, size $size, stride $stride, full of ties: value and gradient are PyTorch's",
  ({ x, size, stride, ...wanted }) => {
    const f = (z: tf.Tensor): tf.Tensor => maxPool(z as tf.Tensor4D, { size, stride });
    // in a graph oneDNN adds overlapping windows up in another order
    expectCase(f, [tf.round(tf.mul(map(x, 1), 2))], wanted, { bytes: size <= stride });
  },
);

test("maxPool by hand: the stride is the size unless given; a tie's gradient goes to the first", () => {
  const x = tf.tensor4d([4, 4, 1, 4, 2, 3], [1, 2, 3, 1]);
  expect(Array.from(maxPool(x, { size: 2 }).dataSync())).toEqual([4]);
  const gradient = tf.grad((z: tf.Tensor) => maxPool(z as tf.Tensor4D, { size: 2 }))(x);
  expect(Array.from(gradient.dataSync())).toEqual([1, 0, 0, 0, 0, 0]);
});

test.each(casesOf<{ x: Shape4; to: [number, number] }>("resizeBilinear"))(
  "resizeBilinear of $x to $to: value and gradient are PyTorch's without antialiasing",
  (one) => expectCase((x) => resizeBilinear(x as tf.Tensor4D, one.to), [map(one.x, 1)], one),
);

test("resizeBilinear by hand: half-pixel centres, edges repeated", () => {
  const y = resizeBilinear(tf.tensor4d([1, 5], [1, 1, 2, 1]), [1, 4]);
  expect(Array.from(y.dataSync())).toEqual([1, 2, 4, 5]);
});

test("float32Barrier: its gradient is a barrier too", async () => {
  const { kernels } = await tf.profile(() => tf.grad(float32Barrier)(tf.ones([2, 3])));
  expect(kernels.filter(({ name }) => name === "Float32Barrier").length).toBe(2);
});

test("float32Barrier: x itself, its gradient dy itself, and so again for the gradient of the gradient", () => {
  const [x, dy] = [numbers([2, 3, 4, 5], 1), numbers([2, 3, 4, 5], 2)];
  expectSame(float32Barrier(x), x);
  expectSame(tf.grad(float32Barrier)(x, dy), dy);
  const cube = (z: tf.Tensor): tf.Tensor => tf.sum(float32Barrier(tf.mul(z, tf.mul(z, z))));
  const second = tf.grad((z: tf.Tensor) => tf.sum(tf.grad(cube)(z)))(x);
  second.dataSync().forEach((v, i) => expect(v).toBeCloseTo(6 * x.dataSync()[i]!, 5));
});
