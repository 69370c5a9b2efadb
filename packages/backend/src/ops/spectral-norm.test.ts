import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { casesOf, expectCase, expectClose, type Expected, type Shape4 } from "../testing/fixtures.js";
import { map, numbers } from "../testing/numbers.js";
import { powerIteration, spectralNorm } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

interface Spectral {
  readonly kernel: Shape4;
  readonly iterations: number;
  readonly u: Expected;
  readonly v: Expected;
}

test.each(casesOf<Spectral>("spectralNorm", "maps"))(
  "a kernel of $kernel after $iterations iterations: value, gradient, u and v are PyTorch's",
  (one) => {
    let u = numbers([one.kernel[3]], 2) as tf.Tensor1D;
    for (let i = 1; i < one.iterations; i++) ({ u } = powerIteration(map(one.kernel, 1), u));
    const last = spectralNorm(map(one.kernel, 1), u);
    expectClose(last.u, one.u);
    expectClose(last.v, one.v);
    expectCase((kernel) => spectralNorm(kernel, u).kernel, [map(one.kernel, 1)], one);
    // with the vectors given, none is moved
    expectCase((kernel) => spectralNorm(kernel, last.u, last.v).kernel, [map(one.kernel, 1)], one);
  },
);

test("by hand: a diagonal kernel of 3 and 4 from u = (1, 1)", () => {
  const { kernel, sigma, u, v } = spectralNorm(tf.tensor2d([3, 0, 0, 4], [2, 2]), tf.tensor1d([1, 1]));
  // v = (3, 4)/5, Wᵀv = (9, 16)/5, σ = ‖Wᵀv‖ = √337/5
  const s = Math.sqrt(337) / 5;
  for (const [found, wanted] of [
    [v, [0.6, 0.8]],
    [u, [9 / 5 / s, 16 / 5 / s]],
    [sigma, [s]],
    [kernel, [3 / s, 0, 0, 4 / s]],
  ] as const)
    Array.from(found.dataSync()).forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 6));
});
