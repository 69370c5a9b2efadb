import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { statelessNormal, statelessUniform } from "./index.js";

// that they follow from the seed, eager and compiled, is rule 6 of ten-rules.test.ts
beforeAll(async () => {
  await startEngine();
});

const count = 40_000;
const seed = (): tf.Tensor1D => tf.tensor1d([7, 11], "int32");
const share = (values: Float32Array, below: number): number => values.filter((v) => v < below).length / count;

test("statelessUniform: in [0, 1), each quarter holds a quarter", () => {
  const u = statelessUniform([200, 40, 5], seed());
  expect(u.shape).toEqual([200, 40, 5]);
  const values = u.dataSync<"float32">();
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  for (const q of [0.25, 0.5, 0.75]) expect(Math.abs(share(values, q) - q)).toBeLessThan(0.01); // four standard errors
});

test("statelessNormal: mean 0, deviation 1, the normal law's quantiles", () => {
  const values = statelessNormal([40_000], seed()).dataSync<"float32">();
  const mean = values.reduce((a, b) => a + b, 0) / count;
  const variance = values.reduce((a, b) => a + b * b, 0) / count;
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  for (const [z, p] of [
    [-1, 0.1587],
    [0, 0.5],
    [2, 0.9772],
  ] as const)
    expect(Math.abs(share(values, z) - p)).toBeLessThan(0.01);
});
