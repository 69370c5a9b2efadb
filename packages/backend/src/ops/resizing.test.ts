import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { expectTwice } from "../testing/any-shape.js";
import { gradientError } from "../testing/central-differences.js";
import { casesOf, expectCase, type Shape4 } from "../testing/fixtures.js";
import { map } from "../testing/numbers.js";
import { reflectPad, resizeBilinear, resizeNearest } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

interface Resize {
  readonly x: Shape4;
  readonly to: readonly [number, number];
}

/** tfjs's own, whose gradient is mended. */
const byTfjs = (x: tf.Tensor4D, [rows, columns]: readonly [number, number]): tf.Tensor4D =>
  tf.image.resizeBilinear(x, [rows, columns], false, true);

describe.each([
  ["resizeBilinear", "resizeBilinear", resizeBilinear, ["operators", "maps"]],
  ["resizeNearest", "resizeNearest", resizeNearest, ["maps"]],
  ["tf.image.resizeBilinear", "resizeBilinear", byTfjs, ["operators", "maps"]],
] as const)("%s", (_, name, resize, files) => {
  const of =
    ({ to }: Resize) =>
    (x: tf.Tensor): tf.Tensor =>
      resize(x as tf.Tensor4D, to);

  test.each(files.flatMap((file) => casesOf<Resize>(name, file)))("of $x to $to: value and gradient are PyTorch's", (one) => {
    expectCase(of(one), [map(one.x, 1)], one);
    expect(gradientError(of(one), map(one.x, 1), 1)).toBeLessThan(1e-4);
  });
  test.each(casesOf<Resize>(`${name}Twice`, "maps"))("second order, of $x to $to", (one) =>
    expectTwice((x) => of(one)(x), [map(one.x, 1)], one),
  );
});

test("resizeBilinear by hand: half-pixel centres, edges repeated", () => {
  const y = resizeBilinear(tf.tensor4d([1, 5], [1, 1, 2, 1]), [1, 4]);
  expect(Array.from(y.dataSync())).toEqual([1, 2, 4, 5]);
});

test("resizeNearest by hand: position i of 5 takes ⌊(i + ½)·3/5⌋, of 2 ⌊(i + ½)·3/2⌋", () => {
  const x = tf.tensor4d([1, 2, 4], [1, 1, 3, 1]);
  expect(Array.from(resizeNearest(x, [1, 5]).dataSync())).toEqual([1, 1, 2, 4, 4]);
  expect(Array.from(resizeNearest(x, [1, 2]).dataSync())).toEqual([1, 4]);
  const dy = tf.tensor4d([1, 2, 4, 8, 16], [1, 1, 5, 1]);
  expect(
    Array.from(
      tf
        .grad((z: tf.Tensor) => resizeNearest(z as tf.Tensor4D, [1, 5]))(x, dy)
        .dataSync(),
    ),
  ).toEqual([3, 4, 24]);
});

test.each(casesOf<{ x: Shape4; border: number | [number, number] }>("reflectPad", "maps"))(
  "reflectPad of $x by $border: value and gradient are PyTorch's",
  (one) => {
    const f = (x: tf.Tensor): tf.Tensor => reflectPad(x as tf.Tensor4D, one.border);
    expectCase(f, [map(one.x, 1)], one);
    expect(gradientError(f, map(one.x, 1), 1)).toBeLessThan(1e-4);
  },
);
