import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { describeAnyShape } from "../testing/any-shape.js";
import { map } from "../testing/numbers.js";
import { argMax, gatherWindows } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

const strongest = (x: tf.Tensor4D): tf.Tensor => argMax(tf.reshape(x, [x.shape[0], x.shape[1] * x.shape[2], x.shape[3]]), 1);
describeAnyShape<{ size: number; border: "zero" | "clamp" }>("gatherWindows", ([given], { size, border }) => {
  const x = given as tf.Tensor4D;
  return gatherWindows(x, strongest(x), size, border);
});

test("by hand: one channel in the middle, one in a corner", () => {
  const rows = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10, 11, 12],
  ];
  const x = tf.expandDims<tf.Tensor4D>(tf.stack([tf.tensor2d(rows), tf.mul(tf.tensor2d(rows), 10)], 2), 0);
  const centres = tf.tensor2d([6, 3], [1, 2], "int32"); // row 1, column 2; row 0, column 3
  expect(gatherWindows(x, centres, 3).arraySync()).toEqual([
    [
      [2, 3, 4, 6, 7, 8, 10, 11, 12],
      [0, 0, 0, 30, 40, 0, 70, 80, 0],
    ],
  ]);
  expect(gatherWindows(x, centres, 3, "clamp").arraySync()[0]![1]).toEqual([20, 30, 40, 60, 70, 80, 100, 110, 120]);
  const dx = tf.grad((z: tf.Tensor) => gatherWindows(z as tf.Tensor4D, centres, 3))(x, tf.tensor3d([...Array(18).keys()], [1, 2, 9]));
  const channel = (k: number): unknown => tf.reshape(tf.slice(dx, [0, 0, 0, k], [1, 3, 4, 1]), [3, 4]).arraySync();
  expect(channel(0)).toEqual([
    [0, 0, 1, 2],
    [0, 3, 4, 5],
    [0, 6, 7, 8],
  ]);
  expect(channel(1)).toEqual([
    [0, 0, 12, 13],
    [0, 0, 15, 16],
    [0, 0, 0, 0],
  ]);
});

test("windows that do not fit are refused", () => {
  const x = map([2, 5, 4, 3], 1);
  const message = (centres: string, size: number, border: string, more = ""): string =>
    `[gatherWindows] x is [2, 5, 4, 3], the centres ${centres}, the window ${size} wide, border "${border}". Expected centres [2, 3] and an odd width${more}.`;
  const at = (shape: number[]): tf.Tensor => tf.zeros(shape, "int32");
  const refused = (f: () => unknown, text: string): void =>
    expect(f).toThrow(expect.objectContaining({ code: "backend/window", message: text }) as Error);
  refused(() => gatherWindows(x, at([2, 4]), 3), message("[2, 4]", 3, "zero"));
  refused(() => gatherWindows(x, at([2, 3]), 4), message("[2, 3]", 4, "zero"));
  refused(() => gatherWindows(x, at([2, 3]), 5, "clamp"), message("[2, 3]", 5, "clamp", " that the map has"));
});
