import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { compile } from "../index.js";
import { describeAnyShape } from "../testing/any-shape.js";
import { expectSame } from "../testing/fixtures.js";
import { numbers } from "../testing/numbers.js";
import { argMax, gather, oneHot, topK } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

const at = (values: tf.TensorLike): tf.Tensor => tf.tensor(values, undefined, "int32");
describeAnyShape<{ indices: tf.TensorLike; axis: number }>("gather", ([x], { indices, axis }) => gather(x!, at(indices), axis));
describeAnyShape<{ k: number }>("topK", ([x], { k }) => topK(x!, k).values);

test("gather by hand: a row taken twice gets both gradients; the axis may be counted from the end", () => {
  const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
  const dy = tf.tensor2d([1, 2, 4, 8, 16, 32], [3, 2]);
  expect(gather(x, at([1, 1, 0])).arraySync()).toEqual([
    [3, 4],
    [3, 4],
    [1, 2],
  ]);
  expect(
    tf
      .grad((z: tf.Tensor) => gather(z, at([1, 1, 0])))(x, dy)
      .arraySync(),
  ).toEqual([
    [16, 32],
    [5, 10],
    [0, 0],
  ]);
  expect(gather(x, at([1]), -1).arraySync()).toEqual([[2], [4], [6]]);
});

test("gather by indices that are computed from x: they get no gradient, and break none", () => {
  const x = numbers([4, 3], 1);
  const f = (z: tf.Tensor): tf.Tensor => gather(z, argMax(z, 0));
  const best = Array.from(argMax(x, 0).dataSync());
  const wanted = [0, 1, 2, 3].map((row) => best.filter((one) => one === row).length);
  for (const found of [tf.grad(f)(x), compile((z) => [tf.grad(f)(z)]).runSync(x)[0]!])
    expect(found.arraySync()).toEqual(wanted.map((n) => [n, n, n]));
});

test("topK by hand: falling, of equal ones the lower index first", () => {
  const { values, indices } = topK(tf.tensor2d([1, 5, 5, 2, 3, 0, 3, 3], [2, 4]), 3);
  expect(values.arraySync()).toEqual([
    [5, 5, 2],
    [3, 3, 3],
  ]);
  expect(indices.arraySync()).toEqual([
    [1, 2, 3],
    [0, 2, 3],
  ]);
});

describe("argMax: the lowest index of equal ones, however long the axis and wherever it is", () => {
  test.each([
    [[5, 3, 7], 0],
    [[5, 3, 7], 1],
    [[2, 70_000, 3], 1],
    [[3, 1 << 18], -1],
    [[1 << 18], 0],
    [[1 << 17, 4], 0],
  ] as const)("%j along %d", (shape, axis) => {
    const along = axis === -1 ? shape.length - 1 : axis;
    const n = shape[along]!;
    // few values, many ties; and a map of one value only, as a dead channel is
    const few = tf.round(tf.mul(numbers(shape, 1), 2));
    const index = tf.cast(
      tf.reshape(
        tf.range(0, n),
        shape.map((_, i) => (i === along ? n : 1)),
      ),
      "float32",
    );
    for (const x of [few, tf.zeros([...shape])]) {
      const largest = tf.equal(x, tf.max(x, along, true));
      const wanted = tf.cast(tf.min(tf.where(largest, tf.broadcastTo(index, [...shape]), tf.fill([...shape], n)), along), "int32");
      for (const found of [argMax(x, axis), compile((z) => [argMax(z, axis)]).runSync(x)[0]!]) expectSame(found, wanted);
    }
  });
});

test("oneHot: float32; a label that is no class is all zeros; one class too", () => {
  const hot = oneHot(
    at([
      [1, 255],
      [0, -1],
    ]),
    2,
  );
  expect([hot.dtype, hot.arraySync()]).toEqual([
    "float32",
    [
      [
        [0, 1],
        [0, 0],
      ],
      [
        [1, 0],
        [0, 0],
      ],
    ],
  ]);
  expect(oneHot(at([0, 1, 0]), 1).arraySync()).toEqual([[1], [0], [1]]);
  const [compiled] = compile((z) => [oneHot(z, 3)]).runSync(at([2, 3, 0]));
  expect(compiled!.arraySync()).toEqual([
    [0, 0, 1],
    [0, 0, 0],
    [1, 0, 0],
  ]);
});

test("what cannot be selected is refused", () => {
  const x = numbers([2, 5, 4], 1);
  const refused = (f: () => unknown, code: string, message: string): void =>
    expect(f).toThrow(expect.objectContaining({ code, message }) as Error);
  refused(() => gather(x, at([0]), 3), "backend/axis", "[gather] x is [2, 5, 4], the axis 3. Expected one from -3 to 2.");
  refused(() => argMax(x, -4), "backend/axis", "[argMax] x is [2, 5, 4], the axis -4. Expected one from -3 to 2.");
  for (const k of [0, 5, 1.5])
    refused(() => topK(x, k), "backend/count", `[topK] x is [2, 5, 4], the number asked for ${k}. Expected a whole number from 1 to 4.`);
  refused(() => oneHot(at([1]), 0), "backend/count", "[oneHot] x is [1], the number asked for 0. Expected a whole number, 1 or more.");
});
