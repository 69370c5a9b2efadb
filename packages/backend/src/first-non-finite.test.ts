import { add, div, log, mul, tensor1d, tidy, variable, type Tensor } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { firstNonFinite, startEngine, withoutReads } from "./index.js";

await startEngine();

test("tells the first op, its shape and value, and the named tensor that was read last", () => {
  const [a, b] = tidy(() => [variable(tensor1d([1, 0])), variable(tensor1d([2, 2]))]);
  const named = new Map<string, Tensor>([["a", a as Tensor], ["b", b as Tensor]]); // prettier-ignore
  const x = tensor1d([1, 1]);
  const run = (f: () => Tensor) =>
    firstNonFinite(named, () => {
      tidy(() => withoutReads(f)).dispose();
    });
  expect(run(() => mul(div(x, a as Tensor), b as Tensor))).toEqual({ op: "RealDiv", shape: [2], value: Infinity, near: "a", reads: true });
  expect(run(() => log(mul(add(x, b as Tensor), -1)))).toMatchObject({ op: "Log", near: "b", reads: false, shape: [2] });
  expect(run(() => log(mul(x, -1)))).toMatchObject({ op: "Log", near: null });
  expect(run(() => add(x, a as Tensor))).toBe(null);
  expect(() => run(() => { throw new Error("mine"); })).toThrow("mine"); // prettier-ignore
});
