import { grad, sum, tensor2d } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expectClose } from "@segdistill/core/testing";
import { expect, test } from "vitest";
import { magnitude } from "./magnitude.js";

await startEngine();

test("magnitude: |x|, with slope 0 at 0", () => {
  const x = tensor2d([-2, 0, 3], [1, 3]);
  expectClose(magnitude(x), [2, 0, 3]);
  expect([...grad((z) => sum(magnitude(z)))(x).dataSync()]).toEqual([-1, 0, 1]);
});
