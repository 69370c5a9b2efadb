import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { describeAnyShape } from "../testing/any-shape.js";
import { gradientError } from "../testing/central-differences.js";
import { numbers } from "../testing/numbers.js";
import { logSoftmax, softmax } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

// oneDNN has another softmax in a graph
describeAnyShape<{ dim: number }>("softmax", ([x], { dim }) => softmax(x!, dim), { bytes: false });
describeAnyShape<{ dim: number }>("logSoftmax", ([x], { dim }) => logSoftmax(x!, dim), { bytes: false });

test("softmax, logSoftmax by hand, over the first axis", () => {
  const x = tf.tensor2d([0, 1, Math.log(3), 1], [2, 2]);
  [0.25, 0.5, 0.75, 0.5].forEach((p, i) => {
    expect(softmax(x, 0).dataSync()[i]).toBeCloseTo(p, 6);
    expect(logSoftmax(x, 0).dataSync()[i]).toBeCloseTo(Math.log(p), 6);
  });
});

test.each([-1, 0, 1, 2, -2])("softmax, logSoftmax over axis %d: sums to 1, right gradient", (axis) => {
  const x = numbers([4, 3, 5], 1);
  for (const f of [softmax, (z: tf.Tensor, a: number) => tf.exp(logSoftmax(z, a))]) {
    const total = tf.sum(f(x, axis), axis).dataSync();
    for (const one of total) expect(one).toBeCloseTo(1, 6);
  }
  for (const f of [softmax, logSoftmax]) expect(gradientError((z) => f(z, axis), x, 1e-2)).toBeLessThan(1e-3);
});
