import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { compile } from "../index.js";
import { casesOf, expectCase } from "../testing/fixtures.js";
import { numbers } from "../testing/numbers.js";

beforeAll(async () => {
  await startEngine();
});

interface Cumulative {
  readonly x: readonly number[];
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}
test.each(casesOf<Cumulative>("cumsum"))("cumsum of $x, axis $axis, exclusive $exclusive, reverse $reverse", (one) =>
  expectCase((x) => tf.cumsum(x, one.axis, one.exclusive, one.reverse), [numbers(one.x, 1)], one),
);

interface Mirror {
  readonly x: readonly number[];
  readonly paddings: [number, number][];
  readonly mode: "reflect" | "symmetric";
}
test.each(casesOf<Mirror>("mirrorPad"))("mirrorPad of $x by $paddings, $mode", (one) =>
  expectCase((x) => tf.mirrorPad(x, one.paddings, one.mode), [numbers(one.x, 1)], one),
);

test("mirrorPad by hand: a corner's gradient comes back along both axes", () => {
  const padded = (x: tf.Tensor): tf.Tensor =>
    tf.mirrorPad(
      x,
      [
        [1, 0],
        [0, 1],
      ],
      "reflect",
    );
  const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
  expect(padded(x).arraySync()).toEqual([
    [4, 5, 6, 5],
    [1, 2, 3, 2],
    [4, 5, 6, 5],
  ]);
  const dy = tf.tensor2d([1, 2, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0], [3, 4]);
  expect(tf.grad(padded)(x, dy).arraySync()).toEqual([
    [0, 0, 0],
    [1, 10, 4],
  ]);
});

describe("comparisons on the path give nothing and break nothing", () => {
  const values = [-2, 0.5, 1, 3];
  test.each([
    ["greater", tf.greater, [0, 0, 0, 1]],
    ["greaterEqual", tf.greaterEqual, [0, 0, 1, 1]],
    ["less", tf.less, [1, 1, 0, 0]],
    ["lessEqual", tf.lessEqual, [1, 1, 1, 0]],
    ["equal", tf.equal, [0, 0, 1, 0]],
    ["notEqual", tf.notEqual, [1, 1, 0, 1]],
  ] as const)("%s", (_, compare, open) => {
    const x = tf.tensor1d(values);
    // x² where the comparison holds, else 0: gradient 2x there
    const f = (z: tf.Tensor): tf.Tensor => tf.mul(tf.cast(compare(z, tf.onesLike(z)), "float32"), tf.square(z));
    const wanted = open.map((o, i) => o * 2 * values[i]! + 0);
    expect(Array.from(tf.grad(f)(x).dataSync())).toEqual(wanted);
    expect(
      Array.from(
        compile((z) => [tf.grad(f)(z)])
          .runSync(x)[0]!
          .dataSync(),
      ),
    ).toEqual(wanted);
  });
});
