import type * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { casesOf, expectCase, type Shape4 } from "../testing/fixtures.js";
import { map } from "../testing/numbers.js";
import { conv2d, convTranspose2d, depthwiseConv2d, type ConvolutionOptions } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

interface Convolution<Options> {
  readonly x: Shape4;
  readonly kernel: Shape4;
  readonly options: Options;
}
const titled = <T extends Convolution<object>>(cases: readonly T[]): [string, T][] =>
  cases.map((one) => [`${one.x.join("×")} by ${one.kernel.join("×")}, ${JSON.stringify(one.options)}`, one]);
const four = (f: (x: tf.Tensor4D, kernel: tf.Tensor4D) => tf.Tensor) => (x: tf.Tensor, kernel: tf.Tensor) =>
  f(x as tf.Tensor4D, kernel as tf.Tensor4D);

describe("conv2d: values and gradients are PyTorch's, eager and compiled", () => {
  test.each(titled(casesOf<Convolution<ConvolutionOptions>>("conv2d")))("%s", (_, one) =>
    expectCase(
      four((x, kernel) => conv2d(x, kernel, one.options)),
      [map(one.x, 1), map(one.kernel, 2)],
      one,
    ),
  );

  test("by hand: cross-correlation, stride 1, zeros outside", () => {
    const x = map([1, 2, 3, 1], 1);
    const [a, b, c, d, e, f] = x.dataSync();
    const y = conv2d(x, map([1, 2, 1, 1], 2), { padding: "same" });
    const [k, l] = map([1, 2, 1, 1], 2).dataSync();
    const wanted = [a! * k! + b! * l!, b! * k! + c! * l!, c! * k!, d! * k! + e! * l!, e! * k! + f! * l!, f! * k!];
    wanted.forEach((value, i) => expect(y.dataSync()[i]).toBeCloseTo(value, 6));
  });
});

describe("depthwiseConv2d: values and gradients are PyTorch's, eager and compiled", () => {
  test.each(titled(casesOf<Convolution<ConvolutionOptions>>("depthwiseConv2d")))("%s", (_, one) =>
    expectCase(
      four((x, kernel) => depthwiseConv2d(x, kernel, one.options)),
      [map(one.x, 1), map(one.kernel, 2)],
      one,
    ),
  );
});

describe("convTranspose2d: values and gradients are PyTorch's, eager and compiled", () => {
  test.each(titled(casesOf<Convolution<{ stride: number; padding: "same" | "valid" }>>("convTranspose2d")))("%s", (_, one) =>
    expectCase(
      four((x, kernel) => convTranspose2d(x, kernel, one.options)),
      [map(one.x, 1), map(one.kernel, 2)],
      one,
    ),
  );
});
