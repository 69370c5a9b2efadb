import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../compile.js";
import { startEngine } from "../engine.js";
import { hasBfloat16 } from "../library/index.js";
import { describeAnyShape } from "../testing/any-shape.js";
import { numbers } from "../testing/numbers.js";
import { attention, inLayer, matMul, type MatMulOptions } from "./index.js";

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

const native = hasBfloat16();

describe("in a bfloat16 step, on positive numbers, whose products would be rounded to 8 bits", () => {
  const between = (shape: number[], seed: number): tf.Tensor => tf.add(tf.mul(numbers(shape, seed), 0.5), 1.5);
  const square = (f: () => tf.Tensor): tf.Tensor => tf.sum(tf.square(f()));
  /** The product and the gradients of its squares, by a compiled step, and how far they are from those in float32. */
  const off = (run: (f: () => tf.Tensor) => tf.Tensor, shapes: readonly [number[], number[]], options: MatMulOptions): number => {
    const of = (a: tf.Tensor, b: tf.Tensor): tf.Tensor[] => {
      const f = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => run(() => matMul(x, y, options));
      return [f(a, b), ...tf.grads((x: tf.Tensor, y: tf.Tensor) => square(() => f(x, y)))([a, b])];
    };
    const inputs = shapes.map((shape, i) => between(shape, i + 1)) as [tf.Tensor, tf.Tensor];
    const step = compile((a, b) => of(a, b), { precision: "bfloat16" });
    const [found, wanted] = [step.runSync(...inputs), of(...inputs)];
    step.dispose();
    const largest = (x: tf.Tensor): number => tf.max(tf.abs(x)).dataSync()[0]!;
    return Math.max(...found.map((x, i) => largest(tf.sub(x, wanted[i]!)) / largest(wanted[i]!)));
  };
  const cases: readonly (readonly [[number[], number[]], MatMulOptions])[] = [
    [[[24, 64], [64, 30]], {}], // prettier-ignore
    [[[2, 24, 64], [2, 30, 64]], { transposeB: true }], // prettier-ignore
    [[[2, 3, 64, 24], [2, 3, 64, 5]], { transposeA: true }], // prettier-ignore
    [[[2, 3, 7, 64], [64, 5]], {}], // prettier-ignore
    [[[2, 1, 7, 64], [3, 64, 5]], {}], // prettier-ignore
    [[[4, 64, 7], [5, 64]], { transposeA: true, transposeB: true }], // prettier-ignore
  ];
  // what is not tested is told with its reason where the tests are listed
  test.each(cases)(`%j %j outside of a layer is float32's${native ? "" : " (no bfloat16 on this processor)"}`, (shapes, options) => {
    if (native) expect(off((f) => f(), shapes, options)).toBeLessThan(1e-6);
    else expect(() => off((f) => f(), shapes, options)).not.toThrow();
  });
  test.skipIf(!native)("in a layer it is bfloat16's", () => {
    expect(off((f) => inLayer("dense", f), ...cases[1]!)).toBeGreaterThan(1e-3);
  });
});
