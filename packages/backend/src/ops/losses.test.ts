import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { secondGradientError } from "../testing/central-differences.js";
import { describeAnyShape } from "../testing/any-shape.js";
import { casesOf, expectCase, tensorOf, type Expected, type Shape4 } from "../testing/fixtures.js";
import { numbers } from "../testing/numbers.js";
import { crossEntropy, softenedDivergence } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

test.each(casesOf<{ x: Shape4; labels: Expected }>("crossEntropy"))("crossEntropy of $x: value and gradient are PyTorch's", (one) => {
  const labels = tensorOf(one.labels);
  expectCase((z) => crossEntropy(z, labels), [tf.mul(numbers(one.x, 1), 4)], one);
});

describeAnyShape("crossEntropy", ([z, labels]) => crossEntropy(z!, labels!));

test("crossEntropy by hand: two pixels, and one without a label, which costs nothing and pulls nowhere", () => {
  const z = tf.tensor([0, Math.log(3), Math.log(3), 0, 5, -5], [1, 3, 2]);
  const labels = tf.tensor([0, 1, 0, 1, 0, 0], [1, 3, 2]);
  const [loss, dz] = [crossEntropy(z, labels), tf.grad((u: tf.Tensor) => crossEntropy(u, labels))(z)];
  [-Math.log(0.75), -Math.log(0.25), 0].forEach((v, i) => expect(loss.dataSync()[i]).toBeCloseTo(v, 6));
  [0.25, -0.25, 0.75, -0.75, 0, 0].forEach((v, i) => expect(dz.dataSync()[i]).toBeCloseTo(v, 6));
});

test("crossEntropy: large logits neither overflow nor vanish", () => {
  const z = tf.tensor2d([1000, -1000, -1000, 1000], [2, 2]);
  expect(Array.from(tf.abs(crossEntropy(z, tf.tensor2d([1, 0, 1, 0], [2, 2]))).dataSync())).toEqual([0, 2000]);
});

test("crossEntropy has a gradient of its gradient", () => {
  const labels = tf.cast(tf.oneHot(tf.tensor1d([0, 2, 1], "int32"), 4), "float32");
  expect(secondGradientError((z) => crossEntropy(z, labels), numbers([3, 4], 1), 1e-2)).toBeLessThan(1e-2);
});

test("crossEntropy of class numbers, or of labels with other classes, is refused", () => {
  const logits = numbers([2, 3, 5, 4], 1);
  for (const shape of [
    [2, 3, 5],
    [2, 3, 5, 1],
  ])
    expect(() => crossEntropy(logits, numbers(shape, 2))).toThrow(
      expect.objectContaining({
        code: "backend/labels",
        message:
          `[crossEntropy] the logits are [2, 3, 5, 4], the labels [${shape.join(", ")}]. ` +
          "Expected one shape, [..., K]: give oneHot(labels, K) for class numbers.",
      }) as Error,
    );
});

test.each(casesOf<{ x: Shape4; temperature: number }>("softenedDivergence"))(
  "softenedDivergence of $x at temperature $temperature: value and gradients are PyTorch's",
  (one) => {
    const logits = [tf.mul(numbers(one.x, 1), 4), tf.mul(numbers(one.x, 2), 3)];
    expectCase((s, t) => softenedDivergence(s, t, one.temperature), logits, one, { bytes: false });
  },
);

test("softenedDivergence by hand: (1/2, 1/2) under (3/4, 1/4), and 0 for equal ones", () => {
  const [student, teacher] = [tf.tensor2d([5, 5, 7, 8], [2, 2]), tf.tensor2d([Math.log(3), 0, 1, 2], [2, 2])];
  const [left, right] = softenedDivergence(student, teacher, 1).dataSync();
  expect(left).toBeCloseTo(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), 6);
  expect(right).toBeCloseTo(0, 6);
  expect(softenedDivergence(student, student, 3).dataSync()).toEqual(new Float32Array(2));
});

test("softenedDivergence of logits of two shapes is refused", () =>
  expect(() => softenedDivergence(numbers([2, 3, 4], 1), numbers([2, 3, 1], 2), 1)).toThrow(
    expect.objectContaining({
      code: "backend/logits",
      message: "[softenedDivergence] the student's logits are [2, 3, 4], the teacher's [2, 3, 1]. Expected one shape, [..., K].",
    }) as Error,
  ));
