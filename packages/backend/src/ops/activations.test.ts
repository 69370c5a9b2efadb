import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { describeAnyShape } from "../testing/any-shape.js";
import { gradientError } from "../testing/central-differences.js";
import { numbers } from "../testing/numbers.js";
import { gelu, leakyRelu, prelu, sigmoid, softplus, tanh } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

describeAnyShape<{ slope: number }>("leakyRelu", ([x], { slope }) => leakyRelu(x!, slope));
describeAnyShape("prelu", ([x, slope]) => prelu(x!, slope!));
describeAnyShape("gelu", ([x]) => gelu(x!));
describeAnyShape("softplus", ([x]) => softplus(x!));
describeAnyShape("tanh", ([x]) => tanh(x!));
describeAnyShape("sigmoid", ([x]) => sigmoid(x!));

test("by hand: leakyRelu and prelu, with the slope's gradient; at 0 the slope counts", () => {
  const [x, dy] = [tf.tensor2d([-2, 3, 0, -4], [2, 2]), tf.tensor2d([1, 10, 100, 1000], [2, 2])];
  expect(Array.from(leakyRelu(x, 0.25).dataSync())).toEqual([-0.5, 3, 0, -1]);
  expect(
    Array.from(
      tf
        .grad((z: tf.Tensor) => leakyRelu(z, 0.25))(x, dy)
        .dataSync(),
    ),
  ).toEqual([0.25, 10, 25, 250]);
  const slope = tf.tensor1d([0.5, 0.25]);
  expect(Array.from(prelu(x, slope).dataSync())).toEqual([-1, 3, 0, -1]);
  const [dx, dSlope] = tf.grads((z: tf.Tensor, a: tf.Tensor) => prelu(z, a))([x, slope], dy);
  expect(Array.from(dx!.dataSync())).toEqual([0.5, 10, 50, 250]);
  expect(Array.from(dSlope!.dataSync())).toEqual([-2, -4000]);
});

test("leakyRelu by hand: a slope below 0, whose output does not tell the input's sign, and one of 0", () => {
  const [x, dy] = [tf.tensor1d([-2, 3, 0]), tf.tensor1d([1, 10, 100])];
  const of = (slope: number): [number[], number[]] => [
    Array.from(leakyRelu(x, slope).dataSync()),
    Array.from(
      tf
        .grad((z: tf.Tensor) => leakyRelu(z, slope))(x, dy)
        .dataSync(),
    ),
  ];
  expect(of(-0.5)).toEqual([[1, 3, -0], [-0.5, 10, -50]]); // prettier-ignore
  expect(of(0)).toEqual([[-0, 3, 0], [0, 10, 0]]); // prettier-ignore
});

test("by hand: gelu(1) = Φ(1), softplus(0) = log 2, and neither overflows", () => {
  expect(gelu(tf.scalar(1)).dataSync()[0]).toBeCloseTo(0.8413447, 6);
  expect(softplus(tf.scalar(0)).dataSync()[0]).toBeCloseTo(Math.LN2, 6);
  for (const f of [gelu, softplus]) expect(Array.from(tf.add(f(tf.tensor1d([-300, 300])), 0).dataSync())).toEqual([0, 300]);
  expect(Array.from(tf.add(tf.grad(gelu)(tf.tensor1d([-300, 300])), 0).dataSync())).toEqual([0, 1]);
});

test("prelu: a slope of another length is refused", () =>
  expect(() => prelu(numbers([2, 5, 4, 3], 1), numbers([4], 2))).toThrow(
    expect.objectContaining({
      code: "backend/slope",
      message: "[prelu] x is [2, 5, 4, 3], the slope [4]. Give one number ([1]) or one a channel ([3]).",
    }) as Error,
  ));

test.each([[[4]], [[5, 4]], [[6, 1, 4]], [[1, 5, 1]], [[1, 1, 4]], [[6, 5, 4]], [[2, 1, 5, 1]], [[1, 1]]])(
  "tfjs's own prelu with slopes %j of a map [2, 6, 5, 4]: both gradients",
  (shape) => {
    const [x, slope] = [numbers([2, 6, 5, 4], 1), numbers(shape, 2)];
    expect(gradientError((a) => tf.prelu(x, a), slope, 1)).toBeLessThan(1e-4); // linear
    expect(gradientError((z) => tf.prelu(z, slope), x, 1e-4)).toBeLessThan(2e-2);
  },
);
