import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { describeAnyShape } from "../testing/any-shape.js";
import { numbers } from "../testing/numbers.js";
import { attention, matMul, type MatMulOptions } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

// in a graph oneDNN multiplies matrices in another order
const closeness = { bytes: false };
describeAnyShape<MatMulOptions>("matMul", ([a, b], options) => matMul(a!, b!, options), closeness);
describeAnyShape<{ scale?: number }>("attention", ([q, k, v], options) => attention(q!, k!, v!, options), closeness);

test("attention by hand: one query, two keys; softmax of (0, log 3) is (1/4, 3/4)", () => {
  const y = attention(tf.tensor2d([[2, 0]]), tf.tensor2d([0, 7, Math.log(3) / Math.SQRT2, 5], [2, 2]), tf.tensor2d([4, 8], [2, 1]));
  expect(y.shape).toEqual([1, 1]);
  expect(y.dataSync()[0]).toBeCloseTo(7, 5);
});

const refused = (f: () => unknown, code: string, message: string): void =>
  expect(f).toThrow(expect.objectContaining({ code, message }) as Error);

test("matrices that do not fit are refused with both shapes", () => {
  const [a, b] = [numbers([2, 3, 6, 5], 1), numbers([4, 7], 2)];
  const expected = "Expected [..., m, k] by [..., k, n], with the same or broadcastable axes before them.";
  refused(() => matMul(a, b), "backend/product", `[matMul] a is [2, 3, 6, 5], b is [4, 7]. ${expected}`);
  const other = numbers([2, 5, 4], 2);
  refused(
    () => matMul(a, other, { transposeA: true }),
    "backend/product",
    `[matMul] a is [2, 3, 6, 5] (transposed), b is [2, 5, 4]. ${expected}`,
  );
  refused(() => matMul(a, other), "backend/product", `[matMul] a is [2, 3, 6, 5], b is [2, 5, 4]. ${expected}`);
  refused(() => matMul(a, numbers([5], 1)), "backend/product", `[matMul] a is [2, 3, 6, 5], b is [5]. ${expected}`);
});

test("attention of shapes that do not fit", () => {
  const shapes = [
    [
      [2, 3, 5, 4],
      [2, 3, 6, 7],
      [2, 3, 6, 2],
    ],
    [
      [2, 3, 5, 4],
      [2, 3, 6, 4],
      [2, 3, 5, 2],
    ],
    [
      [2, 3, 5, 4],
      [2, 1, 6, 4],
      [2, 3, 6, 2],
    ],
    [
      [2, 3, 5, 4],
      [3, 6, 4],
      [3, 6, 2],
    ],
  ] as const;
  for (const [q, k, v] of shapes)
    refused(
      () => attention<tf.Tensor>(numbers(q, 1), numbers(k, 2), numbers(v, 4)),
      "backend/attention",
      `[attention] q is [${q.join(", ")}], k [${k.join(", ")}], v [${v.join(", ")}]. ` +
        "Expected [..., N, d], [..., M, d] and [..., M, e] with the same axes before them ([B, heads]).",
    );
});
