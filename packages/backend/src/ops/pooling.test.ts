import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { expectTwice } from "../testing/any-shape.js";
import { gradientError } from "../testing/central-differences.js";
import { casesOf, expectCase, type Shape4 } from "../testing/fixtures.js";
import { map } from "../testing/numbers.js";
import { adaptiveAvgPool, avgPool, globalAvgPool, maxPool, maxUnpool } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

interface Pool {
  readonly x: Shape4;
  readonly size: number;
  readonly stride: number;
  readonly padding?: number;
}
/** Few values: many ties. */
const ties = (shape: Shape4): tf.Tensor4D => tf.round(tf.mul<tf.Tensor4D>(map(shape, 1), 2));
const four =
  (f: (x: tf.Tensor4D) => tf.Tensor) =>
  (x: tf.Tensor): tf.Tensor =>
    f(x as tf.Tensor4D);

test.each([...casesOf<Pool>("maxPool"), ...casesOf<Pool>("maxPool", "maps")])(
  "maxPool of $x, size $size, stride $stride, padding $padding, full of ties: value and gradient are PyTorch's",
  ({ x, size, stride, padding, ...wanted }) => {
    const f = four((z) => maxPool(z, { size, stride, ...(padding !== undefined && { padding }) }));
    // in a graph oneDNN adds overlapping windows up in another order
    expectCase(f, [ties(x)], wanted, { bytes: size <= stride });
  },
);

test.each(casesOf<Pool>("maxPoolTwice", "maps"))("maxPool of $x: second order", ({ x, size, stride, padding, ...wanted }) =>
  expectTwice((z) => maxPool(z as tf.Tensor4D, { size, stride, padding: padding! }), [ties(x)], wanted),
);

test("maxPool by hand: the stride is the size unless given; a tie's gradient goes to the first", () => {
  const x = tf.tensor4d([4, 4, 1, 4, 2, 3], [1, 2, 3, 1]);
  expect(Array.from(maxPool(x, { size: 2 }).dataSync())).toEqual([4]);
  const gradient = tf.grad(four((z) => maxPool(z, { size: 2 })))(x);
  expect(Array.from(gradient.dataSync())).toEqual([1, 0, 0, 0, 0, 0]);
});

test("maxPool by hand: what stands around is never the largest", () => {
  const x = tf.tensor4d([-4, -1, -2, -3], [1, 2, 2, 1]);
  expect(Array.from(maxPool(x, { size: 2, padding: 1 }).dataSync())).toEqual([-4, -1, -2, -3]);
});

describe("maxUnpool: value and gradients are PyTorch's, eager and compiled", () => {
  const of = ({ x, size, stride }: Pool) => {
    const source = ties(x);
    const pooled = maxPool(source, { size, stride });
    return { y: map(pooled.shape, 2), f: four((y) => maxUnpool(y, { source, pooled, size, stride })) };
  };
  test.each(casesOf<Pool>("maxUnpool", "maps"))("to $x, size $size, stride $stride", (one) => {
    const { y, f } = of(one);
    expectCase(f, [y], one, { bytes: one.size <= one.stride });
    expect(gradientError(f, y, 1)).toBeLessThan(1e-4);
  });
  test.each(casesOf<Pool>("maxUnpoolTwice", "maps"))("second order, to $x", (one) => expectTwice((y) => of(one).f(y), [of(one).y], one));
});

test("maxUnpool by hand: to the place of the first maximum, and no gradient into the places", () => {
  const source = tf.tensor4d([4, 4, 1, 4, 2, 3, 0, 5], [1, 2, 4, 1]);
  const f = (z: tf.Tensor, y: tf.Tensor): tf.Tensor => {
    const pooled = maxPool(z as tf.Tensor4D, { size: 2 });
    return tf.add(maxUnpool(y as tf.Tensor4D, { source: z as tf.Tensor4D, pooled, size: 2 }), tf.mul(z, 3));
  };
  const y = tf.tensor4d([7, 8], [1, 1, 2, 1]);
  expect(Array.from(tf.sub(f(source, y), tf.mul(source, 3)).dataSync())).toEqual([7, 0, 0, 0, 0, 0, 0, 8]);
  const [dSource, dy] = tf.grads(f)([source, y], tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4, 1]));
  expect(Array.from(dSource!.dataSync())).toEqual([3, 6, 9, 12, 15, 18, 21, 24]);
  expect(Array.from(dy!.dataSync())).toEqual([1, 8]);
});

test.each(casesOf<Pool>("avgPool", "maps"))("avgPool of $x, size $size, stride $stride: value and gradient are PyTorch's", (one) => {
  const f = four((x) => avgPool(x, one));
  expectCase(f, [map(one.x, 1)], one, { bytes: one.size <= one.stride });
  expect(gradientError(f, map(one.x, 1), 1)).toBeLessThan(1e-4);
});

test.each(casesOf<Pool>("avgPoolTwice", "maps"))("avgPool of $x: second order", (one) =>
  expectTwice((x) => avgPool(x as tf.Tensor4D, one), [map(one.x, 1)], one),
);

test.each(casesOf<{ x: Shape4 }>("globalAvgPool", "maps"))("globalAvgPool of $x: value and gradient are PyTorch's", (one) =>
  expectCase(four(globalAvgPool), [map(one.x, 1)], one),
);

test.each(casesOf<{ x: Shape4; to: [number, number] }>("adaptiveAvgPool", "maps"))(
  "adaptiveAvgPool of $x to $to: value and gradient are PyTorch's",
  (one) => {
    const f = four((x) => adaptiveAvgPool(x, one.to));
    expectCase(f, [map(one.x, 1)], one);
    expect(gradientError(f, map(one.x, 1), 1)).toBeLessThan(1e-4);
  },
);

test("adaptiveAvgPool by hand: two cells of three positions share the middle one", () => {
  const x = tf.tensor4d([1, 2, 6, 10, 20, 60], [1, 3, 2, 1]);
  expect(Array.from(adaptiveAvgPool(x, [2, 2]).dataSync())).toEqual([3.5, 6, 13, 35]);
});
