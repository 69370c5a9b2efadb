import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { hasBfloat16 } from "../library/index.js";
import { compile } from "../index.js";
import { describeAnyShape } from "../testing/any-shape.js";
import { gradientError } from "../testing/central-differences.js";
import { expectSame } from "../testing/fixtures.js";
import { numbers } from "../testing/numbers.js";
import { conv2d, float32Barrier, relu, relu6 } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

describeAnyShape("relu", ([x]) => relu(x!));
describeAnyShape("relu6", ([x]) => relu6(x!));

describe("relu, relu6", () => {
  test("by hand, with gradient 0 at 0 and at 6", () => {
    const x = tf.tensor1d([-1, 0, 0, 0.5, 5.5, 6, 7]);
    const dy = tf.tensor1d([1, 2, 3, 4, 5, 6, 7]);
    expect(Array.from(relu(x).dataSync())).toEqual([0, 0, 0, 0.5, 5.5, 6, 7]);
    expect(Array.from(relu6(x).dataSync())).toEqual([0, 0, 0, 0.5, 5.5, 6, 6]);
    expect(Array.from(tf.grad(relu)(x, dy).dataSync())).toEqual([0, 0, 0, 4, 5, 6, 7]);
    expect(Array.from(tf.grad(relu6)(x, dy).dataSync())).toEqual([0, 0, 0, 4, 5, 0, 0]);
  });

  test.each([
    ["relu", relu],
    ["relu6", relu6],
  ])("%s: central differences; compiled gives the same bytes", (_, f) => {
    const x = tf.mul(numbers([3, 4, 5, 2], 1), 9);
    expect(gradientError(f, x, 1e-3)).toBeLessThan(1e-3);
    const both = (z: tf.Tensor): tf.Tensor[] => [f(z), tf.grad((u: tf.Tensor) => tf.square(f(u)))(z)];
    const [y, dx] = both(x);
    const [y2, dx2] = compile(both).runSync(x);
    expectSame(y2!, y!);
    expectSame(dx2!, dx!);
  });
});

test("float32Barrier: its gradient is a barrier too", async () => {
  const { kernels } = await tf.profile(() => tf.grad(float32Barrier)(tf.ones([2, 3])));
  expect(kernels.filter(({ name }) => name === "Float32Barrier").length).toBe(2);
});

test("float32Barrier: x itself, its gradient dy itself, and so again for the gradient of the gradient", () => {
  const [x, dy] = [numbers([2, 3, 4, 5], 1), numbers([2, 3, 4, 5], 2)];
  expectSame(float32Barrier(x), x);
  expectSame(tf.grad(float32Barrier)(x, dy), dy);
  const cube = (z: tf.Tensor): tf.Tensor => tf.sum(float32Barrier(tf.mul(z, tf.mul(z, z))));
  const second = tf.grad((z: tf.Tensor) => tf.sum(tf.grad(cube)(z)))(x);
  second.dataSync().forEach((v, i) => expect(v).toBeCloseTo(6 * x.dataSync()[i]!, 5));
});

test.each([
  ["float32", 0],
  ["bfloat16", 1],
] as const)("float32Barrier: operations of its own in a step of %s: %i", (precision, own) => {
  const x = numbers([2, 3], 1);
  const operations = (f: (z: tf.Tensor) => tf.Tensor): number => {
    const step = compile((z) => [f(z)], { precision });
    step.peakBytes(x); // traces
    return Object.values(step.operations())[0]!;
  };
  expect(operations((z) => float32Barrier(tf.square(z))) - operations(tf.square)).toBe(own);
});

test.skipIf(!hasBfloat16())("float32Barrier: in a bfloat16 step a difference between a layer and its gradient is float32", () => {
  const x = tf.add<tf.Tensor4D>(numbers([2, 3, 4, 5], 1), 2);
  const w = tf.variable(tf.mul<tf.Tensor4D>(numbers([1, 1, 5, 6], 2), 3));
  const layer = (): tf.Tensor => float32Barrier(conv2d(x, w as tf.Tensor4D));
  // a thousandth is less than bfloat16's steps around 1 and above
  const step = compile(
    () => {
      const target = tf.add(layer(), 1e-3);
      const { grads } = tf.variableGrads(() => tf.sum(tf.squaredDifference(layer(), target)), [w]);
      return [tf.sub(target, layer()), grads[w.name]!];
    },
    { variables: [w], precision: "bfloat16" },
  );
  const [apart, slope] = step.runSync().map((t) => t.dataSync<"float32">()) as [Float32Array, Float32Array];
  for (const one of apart) expect(one).toBeCloseTo(1e-3, 5);
  // d/dw[c, o] = −2 · 10⁻³ · Σ x[…, c]
  const sums = tf.sum(x, [0, 1, 2]).dataSync<"float32">();
  for (const [i, one] of slope.entries()) expect(Math.abs(one / (-2e-3 * sums[Math.floor(i / 6)]!) - 1)).toBeLessThan(2e-2);
  step.dispose();
});
