import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { compile } from "../index.js";
import { map } from "../testing/numbers.js";
import { winograd } from "./winograd.js";

beforeAll(async () => {
  await startEngine();
});

type F = (x: tf.Tensor4D, kernel: tf.Tensor4D) => tf.Tensor4D;
const direct: F = (x, kernel) => tf.conv2d(x, kernel, 1, "same");
/** Root mean square of the difference, by that of what is wanted. */
const apart = (found: tf.Tensor, wanted: tf.Tensor): number =>
  tf.tidy(() => tf.sqrt(tf.div(tf.sum(tf.square(tf.sub(found, wanted))), tf.sum(tf.square(wanted)))).dataSync()[0]!);

const shapes = [
  [
    [2, 8, 5, 3],
    [3, 3, 3, 4],
  ],
  [
    [1, 4, 6, 2],
    [3, 1, 2, 5],
  ],
  [
    [3, 16, 7, 65],
    [3, 3, 65, 70],
  ],
  [
    [2, 6, 9, 3],
    [5, 5, 3, 4],
  ],
  [
    [1, 2, 4, 1],
    [5, 3, 1, 2],
  ],
] as const;

describe.each(shapes)("map %j, kernel %j: the numbers of the plain convolution, eager and compiled", (shape, window) => {
  const all = (f: F) => (x: tf.Tensor, kernel: tf.Tensor, dy: tf.Tensor) => [
    f(x as tf.Tensor4D, kernel as tf.Tensor4D),
    ...tf.grads((a: tf.Tensor, b: tf.Tensor) => f(a as tf.Tensor4D, b as tf.Tensor4D))([x, kernel], dy),
  ];
  test("value and both gradients", () => {
    const inputs = [map(shape, 1), map(window, 2), map([...shape.slice(0, 3), window[3]] as never, 3)] as const;
    const wanted = all(direct)(...inputs);
    const step = compile((...args) => all(winograd)(args[0]!, args[1]!, args[2]!));
    for (const found of [all(winograd)(...inputs), step.runSync(...inputs)]) {
      expect(found.map((t) => t.shape)).toEqual(wanted.map((t) => t.shape));
      found.forEach((one, i) => expect(apart(one, wanted[i]!)).toBeLessThan(5e-6));
    }
    step.dispose();
  });
});

test("by hand: one channel, one column; rows beyond the border are zeros", () => {
  const x = tf.tensor4d([1, 2, 3, 4], [1, 4, 1, 1]);
  const y = winograd(x, tf.tensor4d([1, 10, 100], [3, 1, 1, 1])).dataSync();
  [210, 321, 432, 43].forEach((wanted, i) => expect(y[i]).toBeCloseTo(wanted, 3));
});

test("the gradient of a gradient: that of the plain convolution", () => {
  const [x, kernel, dy] = [map([2, 8, 5, 3], 1), map([3, 3, 3, 4], 2), map([2, 8, 5, 4], 3)];
  const penalty = (f: F) => (k: tf.Tensor) =>
    tf.sum(tf.square(tf.grad((z: tf.Tensor) => tf.sum(tf.mul(dy, f(z as tf.Tensor4D, k as tf.Tensor4D))))(x)));
  expect(apart(tf.grad(penalty(winograd))(kernel), tf.grad(penalty(direct))(kernel))).toBeLessThan(1e-5);
});
