import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { expectTwice } from "../testing/any-shape.js";
import { casesOf, expectCase, tensorOf, type Expected } from "../testing/fixtures.js";
import { cosineSimilarity, unitVectors } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

interface Over {
  readonly given: readonly Expected[];
  readonly axes: readonly number[];
}
const values = (t: tf.Tensor): number[] => [...t.dataSync()].map((x) => x + 0); // no −0

describe.each([
  ["unitVectors", ([x]: readonly tf.Tensor[], axes: number[]) => unitVectors(x!, axes)],
  ["cosineSimilarity", ([a, b]: readonly tf.Tensor[], axes: number[]) => cosineSimilarity(a!, b!, axes)],
] as const)("%s, one vector being 0", (name, f) => {
  const of =
    ({ axes }: Over) =>
    (...inputs: tf.Tensor[]): tf.Tensor =>
      f(inputs, [...axes]);
  test.each(casesOf<Over>(name, "maps"))("over $axes: value and gradients are PyTorch's", (one) =>
    expectCase(of(one), one.given.map(tensorOf), one, { bytes: false }),
  );
  test.each(casesOf<Over>(`${name}Twice`, "maps"))("second order over $axes", (one) => expectTwice(of(one), one.given.map(tensorOf), one));
});

test("by hand: (3, 4), (0, −2) and 0; by default along the last axis", () => {
  const x = tf.tensor2d([3, 4, 0, -2, 0, 0], [3, 2]);
  [0.6, 0.8, 0, -1, 0, 0].forEach((v, i) => expect(unitVectors(x).dataSync()[i]).toBeCloseTo(v, 6));
  const y = tf.tensor2d([4, 3, 1, 0, 1, 1], [3, 2]);
  expect(cosineSimilarity(x, y).shape).toEqual([3]);
  [24 / 25, 0, 0].forEach((v, i) => expect(cosineSimilarity(x, y).dataSync()[i]).toBeCloseTo(v, 6));
});

test("a vector of length 1e-6 has value and gradient 0, one of 2e-6 has not", () => {
  const x = tf.tensor2d([1e-6, 0, 2e-6, 0], [2, 2]);
  expect(values(unitVectors(x))).toEqual([0, 0, 1, 0]);
  const ones = tf.ones([2, 2]);
  const slope = values(tf.grad((z: tf.Tensor) => unitVectors(z))(x));
  expect(slope.slice(0, 2)).toEqual([0, 0]);
  expect(slope[3]).toBeCloseTo(5e5, -1);
  const [a, b] = tf.grads((z: tf.Tensor, w: tf.Tensor) => cosineSimilarity(z, w))([x, ones]) as [tf.Tensor, tf.Tensor];
  expect(values(a).slice(0, 2)).toEqual([0, 0]);
  expect(values(b).slice(0, 2)).toEqual([0, 0]);
  expect(values(b)[3]).toBeLessThan(0);
});
