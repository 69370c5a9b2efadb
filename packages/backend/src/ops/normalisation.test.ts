import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../compile.js";
import { startEngine } from "../engine.js";
import { casesOf, expectCase, expectClose, type Expected, type Shape4 } from "../testing/fixtures.js";
import { map, numbers } from "../testing/numbers.js";
import { batchNorm, batchNormInference } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

interface Normalisation {
  readonly x: Shape4;
  readonly epsilon: number;
}
const vector = (channels: number, seed: number, plus = 0): tf.Tensor1D => tf.add(numbers([channels], seed), plus);

test.each(casesOf<Normalisation & { mean: Expected; variance: Expected }>("batchNorm"))(
  "batchNorm of $x: value, gradients in x, scale and offset, and the batch's statistics are PyTorch's",
  (one) => {
    const c = one.x[3];
    const inputs = [map(one.x, 1), vector(c, 2, 1.5), vector(c, 4)] as const;
    expectCase((x, s, o) => batchNorm(x as tf.Tensor4D, s as tf.Tensor1D, o as tf.Tensor1D, one.epsilon).value, inputs, one, {
      tolerance: 2e-5,
    });
    const { mean, variance } = batchNorm(...inputs, one.epsilon);
    expectClose(mean, one.mean);
    expectClose(variance, one.variance);
  },
);

test("batchNorm by hand: four values of one channel, the variance that is returned is unbiased", () => {
  const one = tf.tensor1d([1]);
  const { value, mean, variance } = batchNorm(tf.tensor4d([1, 2, 3, 6], [1, 2, 2, 1]), one, tf.zerosLike(one), 0.5);
  expect(mean.dataSync()[0]).toBe(3);
  expect(variance.dataSync()[0]).toBeCloseTo(14 / 3, 5);
  [-2, -1, 0, 3].forEach((d, i) => expect(value.dataSync()[i]).toBeCloseTo(d / Math.sqrt(3.5 + 0.5), 5));
});

describe("batchNorm that moves running statistics", () => {
  const four = () => tf.tensor4d([1, 2, 3, 6], [1, 2, 2, 1]); // mean 3, unbiased variance 14/3
  const one = () => tf.tensor1d([1]);
  const running = () => ({ mean: tf.tensor1d([10]), variance: tf.tensor1d([2]), share: 0.25 });

  test.each([true, false])("by hand: three quarters of the old and a quarter of the batch's (compiled: %s)", (compiled) => {
    const f = (): tf.Tensor[] => {
      const { value, mean, variance } = batchNorm(four(), one(), tf.zerosLike(one()), 0.5, running());
      return [value, mean, variance];
    };
    const [value, mean, variance] = compiled ? compile(f).runSync() : f();
    expect(mean!.dataSync()[0]).toBeCloseTo(0.75 * 10 + 0.25 * 3, 5);
    expect(variance!.dataSync()[0]).toBeCloseTo(0.75 * 2 + (0.25 * 14) / 3, 5);
    // the map is normalised by the batch's own
    [-2, -1, 0, 3].forEach((d, i) => expect(value!.dataSync()[i]).toBeCloseTo(d / Math.sqrt(3.5 + 0.5), 5));
  });

  test("value and gradients are those without", () => {
    const inputs = [map([2, 3, 4, 2], 1), vector(2, 2, 1.5), vector(2, 3)] as const;
    const moved = { mean: vector(2, 4), variance: vector(2, 5, 2), share: 0.1 };
    const of = (given?: typeof moved) => {
      const f = (x: tf.Tensor, s: tf.Tensor, o: tf.Tensor): tf.Tensor =>
        batchNorm(x as tf.Tensor4D, s as tf.Tensor1D, o as tf.Tensor1D, 1e-3, given).value;
      return [f(...inputs), ...tf.grads(f)([...inputs], map([2, 3, 4, 2], 6))].map((t) => [...t.dataSync()]);
    };
    expect(of(moved)).toEqual(of());
  });

  test("a vector of another length is refused", () => {
    const longer = { ...running(), variance: tf.tensor1d([1, 1]) };
    expect(() => batchNorm(four(), one(), one(), 0.5, longer)).toThrow(/batchNorm/);
  });
});

test.each(casesOf<Normalisation>("batchNormInference"))("batchNormInference of $x: value and all five gradients are PyTorch's", (one) => {
  const c = one.x[3];
  const inputs = [map(one.x, 1), vector(c, 2, 1.5), vector(c, 4), vector(c, 5), vector(c, 6, 1.2)];
  const f = (x: tf.Tensor, ...vectors: tf.Tensor[]): tf.Tensor => {
    const [scale, offset, mean, variance] = vectors as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
    return batchNormInference(x as tf.Tensor4D, { mean, variance, scale, offset, epsilon: one.epsilon });
  };
  expectCase(f, inputs, one, { tolerance: 2e-5 });
});
