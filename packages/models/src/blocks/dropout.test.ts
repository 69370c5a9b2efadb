import { grad, ones, sum, tensor, tidy, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import type { Make, Pass } from "@segdistill/core/contract";
import { beforeAll, expect, it } from "vitest";
import { newPass } from "../fixed-scope.js";
import { dropout, spatialDropout, type Layer } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

/** A training pass that gives these numbers, and notes what was asked for. */
function given(numbers: readonly number[], batch: number) {
  const asked: unknown[] = [];
  const uniform: Pass["noise"]["uniform"] = (site, shape) => {
    asked.push([site, [...shape]]);
    return tensor([...numbers], [batch, ...shape]);
  };
  return { asked, pass: { ...newPass("train"), noise: { uniform, normal: uniform } } satisfies Pass };
}
const built = (layer: Layer) => layer.build({} as Make, "head/drop");

it("drops what is drawn below the rate, and divides the rest by what is left", () => {
  const { asked, pass } = given([0.1, 0.25, 0.9, 0.2499], 1);
  const run = built(dropout(2, 0.25));
  expect([...tidy(() => run(ones([1, 1, 2, 2]), pass)).dataSync()]).toEqual([0, 4 / 3, 4 / 3, 0].map(Math.fround));
  expect(asked).toEqual([["head/drop", [1, 2, 2]]]);
  const slope = tidy(() => [...grad((x: Tensor) => sum(run(x as Tensor4D, pass)))(ones([1, 1, 2, 2])).dataSync()]);
  expect(slope).toEqual([0, 4 / 3, 4 / 3, 0].map(Math.fround));
});

it("drops whole channels of an image", () => {
  const { asked, pass } = given([0.4, 0.6, 0.5, 0.1], 2);
  const found = tidy(() => [...built(spatialDropout(2, 0.5))(ones([2, 1, 3, 2]), pass).dataSync()]);
  expect(found).toEqual([0, 2, 0, 2, 0, 2, 2, 0, 2, 0, 2, 0]);
  expect(asked).toEqual([["head/drop", [1, 1, 2]]]);
});

it("does nothing in inference, nor at rate 0", () => {
  const { asked, pass } = given([], 1);
  const x: Tensor4D = ones([1, 1, 2, 2]);
  expect(built(dropout(2, 0.5))(x, { ...pass, mode: "inference" })).toBe(x);
  expect(built(dropout(2, 0))(x, pass)).toBe(x);
  expect(asked).toEqual([]);
});
