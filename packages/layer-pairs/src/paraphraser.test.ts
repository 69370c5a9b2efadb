import { mean, squaredDifference, tensor, tidy, variableGrads, zeros, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { scope, type Module } from "@segdistill/core";
import { expectClose, readFixture } from "@segdistill/core/testing";
import { expect, test } from "vitest";
import { paraphraser } from "./index.js";

await startEngine();

const made = (from: number, to: number) =>
  scope("s", "paraphraser", 0, new Map<string, Module>()).module("pm", paraphraser({ from, to }).build);

test.each([
  [256, 24, 1_301_448],
  [256, 64, 1_549_248],
  [128, 64, 516_672],
])("%i → %i has %i parameters (methods.md 2.7)", (from, to, expected) => {
  expect(paraphraser({ from, to }).parameters).toBe(expected);
  expect(Object.values(made(from, to).variables).reduce((all, v) => all + v.size, 0)).toBe(expected);
});

test("its variables have stable names; the last convolution each way leads to the other width", () => {
  const shapes = Object.fromEntries(Object.entries(made(6, 4).variables).map(([name, { shape }]) => [name, shape]));
  expect(shapes).toEqual({
    "encode/1/kernel": [3, 3, 6, 6],
    "encode/1/bias": [6],
    "encode/2/kernel": [3, 3, 6, 4],
    "encode/2/bias": [4],
    "encode/3/kernel": [3, 3, 4, 4],
    "encode/3/bias": [4],
    "decode/1/kernel": [3, 3, 4, 4],
    "decode/1/bias": [4],
    "decode/2/kernel": [3, 3, 4, 6],
    "decode/2/bias": [6],
    "decode/3/kernel": [3, 3, 6, 6],
    "decode/3/bias": [6],
  });
});

test("maps keep their size", () => {
  const { encode, decode } = made(6, 4);
  const [there, back] = tidy(() => [encode(zeros([2, 5, 7, 6])).shape, decode(encode(zeros([2, 5, 7, 6]))).shape]);
  expect([there, back]).toEqual([
    [2, 5, 7, 4],
    [2, 5, 7, 6],
  ]);
});

interface Fixture {
  readonly map: Tensor4D;
  readonly weights: Readonly<Record<string, Tensor>>;
  readonly encoded: Tensor;
  readonly decoded: Tensor;
  readonly mse: number;
  readonly gradients: Readonly<Record<string, Tensor>>;
}

test("PyTorch's, its decoder of transposed convolutions with kernels turned round: maps, loss, gradients", () => {
  const fixture = readFixture(new URL("../fixtures/paraphraser.json", import.meta.url), tensor) as Fixture;
  const module = made(6, 4);
  for (const [name, v] of Object.entries(module.variables)) v.assign(fixture.weights[name]!);
  expectClose(module.encode(fixture.map), fixture.encoded);
  expectClose(module.decode(module.encode(fixture.map)), fixture.decoded);
  const names = Object.keys(module.variables);
  const { value, grads } = variableGrads(
    () => mean(squaredDifference(module.decode(module.encode(fixture.map)), fixture.map)),
    Object.values(module.variables),
  );
  expectClose(value, fixture.mse);
  expect(names.sort()).toEqual(Object.keys(fixture.gradients).sort());
  for (const [name, v] of Object.entries(module.variables)) expectClose(grads[v.name]!, fixture.gradients[name]!, { what: name });
});
