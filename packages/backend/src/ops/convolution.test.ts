import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { expectTwice } from "../testing/any-shape.js";
import { gradientError } from "../testing/central-differences.js";
import { casesOf, expectCase, type Case, type Shape4 } from "../testing/fixtures.js";
import { map } from "../testing/numbers.js";
import { conv2d, convTranspose2d, depthwiseConv2d } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

interface Convolution {
  readonly x: Shape4;
  readonly kernel: Shape4;
  readonly options: object;
}
type F = (x: tf.Tensor, kernel: tf.Tensor, options: object) => tf.Tensor;
const operators = { conv2d, depthwiseConv2d, convTranspose2d } as unknown as Readonly<Record<string, F>>;
const titled = (operator: string, ...files: string[]): [string, Convolution & Case][] =>
  files
    .flatMap((file) => casesOf<Convolution>(operator, file))
    .map((one) => [`${one.x.join("×")} by ${one.kernel.join("×")}, ${JSON.stringify(one.options)}`, one]);

describe.each(Object.entries(operators))("%s", (name, f) => {
  const of =
    (one: Convolution) =>
    (x: tf.Tensor, kernel: tf.Tensor): tf.Tensor =>
      f(x, kernel, one.options);
  const inputs = (one: Convolution): [tf.Tensor, tf.Tensor] => [map(one.x, 1), map(one.kernel, 2)];

  describe("value and gradients are PyTorch's, eager and compiled", () => {
    test.each(titled(name, "operators", "maps"))("%s", (_, one) => expectCase(of(one), inputs(one), one));
  });

  describe("central differences in the map and in the kernel", () => {
    test.each(titled(name, "maps"))("%s", (_, one) => {
      const [x, kernel] = inputs(one);
      expect(gradientError((z) => of(one)(z, kernel), x, 1)).toBeLessThan(1e-4);
      expect(gradientError((k) => of(one)(x, k), kernel, 1)).toBeLessThan(1e-4);
    });
  });

  describe("the gradients of ⟨w, gradient⟩ are PyTorch's, eager and compiled", () => {
    test.each(titled(`${name}Twice`, "maps"))("%s", (_, one) => expectTwice((x, kernel) => of(one)(x, kernel), inputs(one), one));
  });
});

test("conv2d by hand: cross-correlation, stride 1, zeros outside", () => {
  const x = map([1, 2, 3, 1], 1);
  const [a, b, c, d, e, f] = x.dataSync();
  const y = conv2d(x, map([1, 2, 1, 1], 2), { padding: "same" });
  const [k, l] = map([1, 2, 1, 1], 2).dataSync();
  const wanted = [a! * k! + b! * l!, b! * k! + c! * l!, c! * k!, d! * k! + e! * l!, e! * k! + f! * l!, f! * k!];
  wanted.forEach((value, i) => expect(y.dataSync()[i]).toBeCloseTo(value, 6));
});

test("conv2d by hand: the second group's result is made from the second half of the channels", () => {
  const y = conv2d(tf.tensor4d([1, 2, 3, 4], [1, 1, 1, 4]), tf.tensor4d([1, 10, 100, 1000], [1, 1, 2, 2]), { groups: 2 });
  // kernel[c][o]: [[1, 10], [100, 1000]]
  expect(Array.from(y.dataSync())).toEqual([1 + 200, 30 + 4000]);
});

test("conv2d by hand: stride 2 and padding 1 begin above and to the left", () => {
  const x = tf.tensor4d([1, 2, 4, 8], [1, 2, 2, 1]);
  const kernel = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3, 1, 1]);
  expect(Array.from(conv2d(x, kernel, { stride: 2, padding: 1 }).dataSync())).toEqual([5 + 2 * 6 + 4 * 8 + 8 * 9]);
  expect(Array.from(conv2d(x, kernel, { stride: 2 }).dataSync())).toEqual([1 + 2 * 2 + 4 * 4 + 8 * 5]);
});

describe("tfjs's own dilated convolutions", () => {
  type Dilated = { readonly stride: number; readonly dilation: number; readonly padding: "same" | "valid" | number };
  const dilated = titled("conv2d", "operators").filter(([, one]) => {
    const { stride, dilation, padding } = one.options as Dilated;
    return stride === 1 && dilation > 1 && typeof padding === "string";
  });
  test("there are two of them", () => expect(dilated.length).toBe(2));
  test.each(dilated)("conv2d of %s: value and gradients are PyTorch's", (_, one) => {
    const { padding, dilation } = one.options as Dilated & { readonly padding: "same" | "valid" };
    const f = (x: tf.Tensor, kernel: tf.Tensor): tf.Tensor =>
      tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, padding, "NHWC", dilation);
    expectCase(f, [map(one.x, 1), map(one.kernel, 2)], one);
  });

  const dilations: [number, number] = [2, 3];
  const x = (): tf.Tensor4D => map([2, 9, 8, 3], 1);
  test.each([
    ["conv2d", "same", [3, 2, 3, 4]],
    ["conv2d", "valid", [2, 3, 3, 2]],
    ["depthwiseConv2d", "same", [3, 2, 3, 2]],
    ["depthwiseConv2d", "valid", [2, 3, 3, 1]],
  ] as const)("%s, %s: the gradient is right", (name, padding, shape) => {
    const f = (z: tf.Tensor, k: tf.Tensor): tf.Tensor => tf[name](z as tf.Tensor4D, k as tf.Tensor4D, 1, padding, "NHWC", dilations);
    const kernel = map(shape, 2);
    expect(gradientError((z) => f(z, kernel), x(), 1)).toBeLessThan(1e-4);
    expect(gradientError((k) => f(x(), k), kernel, 1)).toBeLessThan(1e-4);
  });
});
