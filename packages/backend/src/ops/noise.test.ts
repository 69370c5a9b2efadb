import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { compile } from "../index.js";
import { expectSame } from "../testing/fixtures.js";
import { map } from "../testing/numbers.js";
import { dropout, gaussianNoise, spatialDropout } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

const seed = (a: number): tf.Tensor1D => tf.tensor1d([a, 11], "int32");
const operators = {
  dropout: (x: tf.Tensor4D, s: tf.Tensor1D) => dropout(x, 0.3, s),
  spatialDropout: (x: tf.Tensor4D, s: tf.Tensor1D) => spatialDropout(x, 0.3, s),
  gaussianNoise: (x: tf.Tensor4D, s: tf.Tensor1D) => gaussianNoise(x, 0.5, s),
};

describe.each(Object.entries(operators))("%s", (_, f) => {
  test("same seed same bytes, eager and compiled, with the gradient; another seed other numbers", () => {
    const x = map([4, 6, 5, 3], 1);
    const both = (z: tf.Tensor, s: tf.Tensor): tf.Tensor[] => [
      f(z as tf.Tensor4D, s as tf.Tensor1D),
      tf.grad((u: tf.Tensor) => tf.square(f(u as tf.Tensor4D, s as tf.Tensor1D)))(z),
    ];
    const [eager, step] = [both(x, seed(1)), compile(both)];
    for (const found of [both(x, seed(1)), step.runSync(x, seed(1)), step.runSync(x, seed(1))])
      found.forEach((one, i) => expectSame(one, eager[i]!));
    const other = step.runSync(x, seed(2));
    for (const i of [0, 1]) expect(tf.max(tf.abs(tf.sub(other[i]!, eager[i]!))).dataSync()[0]).toBeGreaterThan(0.1);
  });
});

const share = (x: tf.Tensor, value: number): number =>
  tf.mean(tf.cast(tf.lessEqual(tf.abs(tf.sub(x, value)), 1e-6), "float32")).dataSync()[0]!;

test("dropout: a third is gone, the rest is 1/(1 − rate), and so is the gradient", () => {
  const x: tf.Tensor = tf.ones([40, 50, 20]);
  const y = dropout(x, 0.3, seed(5));
  expect(Math.abs(share(y, 0) - 0.3)).toBeLessThan(0.01);
  expect(share(y, 0) + share(y, 1 / 0.7)).toBeCloseTo(1, 6);
  expectSame(tf.grad((z: tf.Tensor) => dropout(z, 0.3, seed(5)))(x), y);
  expectSame(dropout(x, 0, seed(5)), x);
});

test("spatialDropout: channels go as a whole, each image by a draw of its own", () => {
  const y = spatialDropout(tf.ones([20, 3, 2, 50]), 0.3, seed(5));
  const [low, high] = [tf.min(y, [1, 2]), tf.max(y, [1, 2])];
  expectSame(low, high);
  expect(Math.abs(share(low, 0) - 0.3)).toBeLessThan(0.05);
  expect(share(low, 0) + share(low, 1 / 0.7)).toBeCloseTo(1, 6);
  const kept = tf.sum(tf.cast(tf.greater(low, 0), "float32"), 0).dataSync();
  expect(Array.from(kept).filter((n) => n === 0 || n === 20)).toEqual([]);
});

test("gaussianNoise: deviation as asked, mean 0, gradient dy", () => {
  const x = tf.fill([40, 50, 20], 3);
  const { mean, variance } = tf.moments(gaussianNoise(x, 0.5, seed(5)));
  expect(Math.abs(mean.dataSync()[0]! - 3)).toBeLessThan(0.01);
  expect(Math.abs(variance.dataSync()[0]! - 0.25)).toBeLessThan(0.01);
  const dy = map([4, 6, 5, 3], 2);
  expectSame(tf.grad((z: tf.Tensor) => gaussianNoise(z, 0.5, seed(5)))(map([4, 6, 5, 3], 1), dy), dy);
});

test.each([
  ["dropout", 1],
  ["dropout", -0.1],
  ["spatialDropout", NaN],
] as const)("%s with rate %d is refused", (who, rate) => {
  const call = who === "dropout" ? dropout : spatialDropout;
  expect(() => call(map([1, 3, 2, 4], 1), rate, seed(1))).toThrow(
    expect.objectContaining({
      code: "backend/rate",
      message: `[${who}] the rate is ${rate}. Expected a part from 0 to below 1: 0.1 drops a tenth.`,
    }) as Error,
  );
});
