import { concat, fill, grad, mul, randomNormal, sum, tensor3d, tensor4d, zeros, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { unitVectors } from "@segdistill/backend/ops";
import { gradcheck } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { innerProducts, salience, squaredDistances } from "./index.js";

await startEngine();

// 4 × 5 positions, two channels: a ramp 1 … 20, and its negative, whose largest value is the first
const ramp = tensor4d(Array.from({ length: 20 }, (_, i) => [i + 1, -i - 1]).flat(), [1, 4, 5, 2]);
const values = (t: Tensor): number[] => [...t.dataSync()].map((x) => x + 0); // no -0

describe("salience by hand", () => {
  test("zeros beyond the border: the last position of the ramp and the first of its negative", () => {
    expect(salience(ramp, { patch: 3, border: "zero" }).shape).toEqual([1, 2, 9]);
    expect(values(salience(ramp, { patch: 3, border: "zero" }))).toEqual([14, 15, 0, 19, 20, 0, 0, 0, 0, 0, 0, 0, 0, -1, -2, 0, -6, -7]);
  });

  test("the centre moved inside: patches around (2, 3) and (1, 1)", () => {
    expect(values(salience(ramp, { patch: 3, border: "clamp" }))).toEqual([
      8, 9, 10, 13, 14, 15, 18, 19, 20, -1, -2, -3, -6, -7, -8, -11, -12, -13,
    ]);
  });

  test("a patch of one position is the maximum", () => expect(values(salience(ramp, { patch: 1, border: "zero" }))).toEqual([20, -1]));

  test("of equal values the first in row-major order counts, and a flat map is all of them", () => {
    const twice = tensor4d([0, 7, 0, 0, 7, 0], [1, 2, 3, 1]);
    expect(values(salience(twice, { patch: 3, border: "zero" }))).toEqual([0, 0, 0, 0, 7, 0, 0, 7, 0]);
    expect(values(salience(fill([1, 3, 4, 1], 2), { patch: 3, border: "zero" }))).toEqual([0, 0, 0, 0, 2, 2, 0, 2, 2]);
  });

  test("signed: a large negative value is not salient", () => {
    expect(values(salience(tensor4d([-9, 1, 0, 0], [1, 2, 2, 1]), { patch: 1, border: "zero" }))).toEqual([1]);
  });

  test("the gradient goes to the patch and nowhere else", () => {
    const weights = tensor3d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 9]);
    const map = tensor4d([0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0], [1, 3, 4, 1]);
    const slope = grad((x) => sum(mul(weights, salience(x as Tensor4D, { patch: 3, border: "zero" }))))(map);
    expect(values(slope)).toEqual([1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0]);
  });
});

test("clamp: a map smaller than the patch is refused", () => {
  expect(() => salience(zeros([2, 4, 7, 3]), { patch: 5, border: "clamp" })).toThrow(
    expect.objectContaining({
      code: "graphflow/patch-too-large",
      message:
        '[graph-flow] a map of 4 × 7 positions is smaller than the patch of 5 × 5, which border "clamp" moves inside. ' +
        'Take a patch of 3 or less, border "zero", or a layer pair of larger maps.',
    }) as Error,
  );
  expect(salience(zeros([2, 4, 7, 3]), { patch: 5, border: "zero" }).shape).toEqual([2, 3, 25]);
});

describe("edges by hand: nodes (1, 2), (3, −1), (0, 0)", () => {
  const nodes = tensor3d([1, 2, 3, -1, 0, 0], [1, 3, 2]);
  test("inner products", () => expect(values(innerProducts(nodes))).toEqual([5, 1, 0, 1, 10, 0, 0, 0, 0]));
  test("squared distances", () => expect(values(squaredDistances(nodes))).toEqual([0, 13, 5, 13, 0, 10, 5, 10, 0]));
});

test("central differences of all of it, through both borders", async () => {
  const map = concat([randomNormal([2, 5, 6, 3], 0, 1, "float32", 1), mul(randomNormal([1, 5, 6, 3], 0, 1, "float32", 2), 3)]);
  for (const border of ["zero", "clamp"] as const)
    await gradcheck((x) => innerProducts(unitVectors(salience(x as Tensor4D, { patch: 3, border }))), [map]);
});
