import { grad, sum, tensor2d, tensor4d, type Tensor2D, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expectClose } from "@segdistill/core/testing";
import { expect, test } from "vitest";
import { magnitude } from "./magnitude.js";
import { unit } from "./unit.js";

await startEngine();

test("length 1 above 1e-6; 0 with gradient 0 up to it", () => {
  const rows = tensor2d([3, -4, 1.2e-6, 1.6e-6, 0.48e-6, 0.64e-6, 0, 0], [4, 2]); // of length 5, 2e-6, 0.8e-6 and 0
  expectClose(unit(rows, [1]), [0.6, -0.8, 0.6, 0.8, 0, 0, 0, 0], { tolerance: 1e-5 });
  const slope = grad((x) => sum(unit(x as Tensor2D, [1])))(rows).dataSync();
  // Σ x/‖x‖ by x: (1 − (0.6 − 0.8)·0.6)/5 and (1 + (0.6 − 0.8)·0.8)/5
  expectClose(slope.slice(0, 2), [1.12 / 5, 0.84 / 5], { tolerance: 1e-5 });
  expectClose(slope.slice(2, 4), [(1 - 1.4 * 0.6) / 2e-6, (1 - 1.4 * 0.8) / 2e-6], { tolerance: 1e-3 });
  expect([...slope.slice(4)]).toEqual([0, 0, 0, 0]);
});

test("over several axes at once", () => {
  const map = tensor4d([1, 2, 2, 4, 2, 0, 0, 0], [2, 1, 2, 2]);
  expectClose(unit<Tensor4D>(map, [1, 2, 3]), [0.2, 0.4, 0.4, 0.8, 1, 0, 0, 0], { tolerance: 1e-6 });
});

test("magnitude: |x|, with slope 0 at 0", () => {
  const x = tensor2d([-2, 0, 3], [1, 3]);
  expectClose(magnitude(x), [2, 0, 3]);
  expect([...grad((z) => sum(magnitude(z)))(x).dataSync()]).toEqual([-1, 0, 1]);
});
