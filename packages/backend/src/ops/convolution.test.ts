import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { compile, type Precision } from "../compile.js";
import { computingIn } from "../computing.js";
import { startEngine } from "../engine.js";
import { expectTwice } from "../testing/any-shape.js";
import { gradientError } from "../testing/central-differences.js";
import { casesOf, expectCase, expectClose, expectSame, type Case, type Shape4 } from "../testing/fixtures.js";
import { map } from "../testing/numbers.js";
import { conv2d, convTranspose2d, depthwiseConv2d } from "./index.js";
import { winograd } from "./winograd.js";

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

  test.each(titled(name, "operators", "maps"))("and by what a bfloat16 step takes, run in float32: %s", (_, one) =>
    expectCase((x, kernel) => computingIn("bfloat16", () => of(one)(x, kernel)), inputs(one), one),
  );

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

test.each<[Precision, number, boolean]>([
  ["bfloat16", 2, true],
  ["bfloat16", 1, false],
  ["bfloat16", 3, false], // nine times the work forwards: not measured, not taken
  ["float32", 2, false],
])("depthwiseConv2d in %s of stride %i goes over every place and takes every stride-th: %s", async (precision, stride, everywhere) => {
  const [x, kernel] = [map([1, 9, 6, 4], 1), map([3, 3, 4, 1], 2)] as [tf.Tensor4D, tf.Tensor4D];
  const { kernelNames } = await tf.profile(() => computingIn(precision, () => depthwiseConv2d(x, kernel, { stride, padding: 1 })));
  expect(kernelNames.includes("AvgPool")).toBe(everywhere);
  // zeros around the map stand inside the op, for with as many on both sides it is TensorFlow's "same"
  expect(kernelNames.includes("PadV2")).toBe(stride > 1 && !everywhere);
});

describe.each(["same", "valid", 1, [1, 0]] as const)("depthwiseConv2d over every place is the strided one, padding %j", (padding) => {
  const f = (x: tf.Tensor, kernel: tf.Tensor): tf.Tensor =>
    depthwiseConv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, { stride: 2, padding });
  const everywhere = (x: tf.Tensor, kernel: tf.Tensor): tf.Tensor => computingIn("bfloat16", () => f(x, kernel));

  test.each<[Shape4, Shape4]>([
    [
      [2, 6, 7, 3],
      [3, 3, 3, 2],
    ],
    [
      [2, 6, 7, 3],
      [2, 3, 3, 2],
    ],
    [
      [2, 9, 8, 3],
      [3, 3, 3, 2],
    ],
    [
      [2, 9, 8, 3],
      [2, 3, 3, 2],
    ],
  ])("%j by %j", (x, kernel) => {
    const inputs = [map(x, 1), map(kernel, 2)] as const;
    const dy = map(f(...inputs).shape as Shape4, 3);
    const all = (one: typeof f): tf.Tensor[] => [one(...inputs), ...tf.grads(one)([...inputs], dy)];
    const strided = all(f);
    for (const [i, found] of all(everywhere).entries())
      expectClose(found, { shape: strided[i]!.shape, values: [...strided[i]!.dataSync()] }, 1e-5, `output ${i}`);
  });
});

describe("Winograd's filtering is taken", () => {
  /** Whether a traced conv2d is one op, as TensorFlow's own convolution is, or the many of Winograd's filtering. */
  function way(x: Shape4, kernel: Shape4, options: object, precision: Precision = "float32"): "direct" | "winograd" {
    const step = compile((z, k) => [conv2d(z as tf.Tensor4D, k as tf.Tensor4D, options)], { precision });
    tf.tidy(() => step.peakBytes(tf.ones([...x]), tf.ones([...kernel]))); // traces
    const [operations] = Object.values(step.operations());
    step.dispose();
    return operations! > 30 ? "winograd" : "direct";
  }
  const many = (rows: number, columns: number, channels = 48): Shape4 => [rows, columns, channels, 48];

  test.each<[string, "direct" | "winograd", Shape4, Shape4, object?, Precision?]>([
    ["48 channels", "winograd", [1, 8, 5, 48], many(3, 3)],
    ["48 channels, padded by a number", "winograd", [1, 8, 5, 48], many(3, 3), { padding: 1 }],
    ["one column", "direct", [1, 8, 5, 48], many(3, 1)],
    ["5×5, height a multiple of 2", "winograd", [1, 6, 5, 48], many(5, 5)],
    ["40 to 60 channels: harmonic mean 48", "winograd", [1, 8, 5, 40], [3, 3, 40, 60]],
    ["60 to 40", "winograd", [1, 8, 5, 60], [3, 3, 60, 40]],
    ["47 channels in", "direct", [1, 8, 5, 47], many(3, 3, 47)],
    ["47 channels out", "direct", [1, 8, 5, 48], [3, 3, 48, 47]],
    ["24 channels to very many", "direct", [1, 4, 3, 24], [3, 2, 24, 4096]],
    ["bfloat16", "direct", [1, 8, 5, 48], many(3, 3), {}, "bfloat16"],
    ["3×3, height no multiple of 4", "direct", [1, 6, 5, 48], many(3, 3)],
    ["5×5, an odd height", "direct", [1, 7, 5, 48], many(5, 5)],
    ["one row", "direct", [1, 8, 5, 48], many(1, 3)],
    ["7×7", "direct", [1, 8, 5, 48], many(7, 7)],
    ["unpadded", "direct", [1, 8, 5, 48], many(3, 3), { padding: "valid" }],
    ["stride 2", "direct", [1, 8, 6, 48], many(3, 3), { stride: 2 }],
    ["dilated", "direct", [1, 8, 5, 48], many(3, 3), { dilation: [1, 2] }],
    ["groups", "direct", [1, 8, 5, 96], many(3, 3), { groups: 2 }],
  ])("%s: %s", (_, expected, x, kernel, options = {}, precision = "float32") => {
    expect(way(x, kernel, options, precision)).toBe(expected);
  });

  test("eagerly as compiled, with the same bytes; not TensorFlow's own", () => {
    const inputs = [map([2, 8, 5, 48], 1), map([3, 3, 48, 49], 2), map([2, 8, 5, 49], 3)];
    const all = (f: F, [x, kernel, dy]: tf.Tensor[]): tf.Tensor[] => [
      f(x!, kernel!, {}),
      ...tf.grads((a: tf.Tensor, b: tf.Tensor) => f(a, b, {}))([x!, kernel!], dy),
    ];
    const step = compile((...given) => all(operators["conv2d"]!, given));
    const [eager, compiled, filtered, direct] = [
      all(operators["conv2d"]!, inputs),
      step.runSync(...inputs),
      all((x, kernel) => winograd(x as tf.Tensor4D, kernel as tf.Tensor4D), inputs),
      all((x, kernel) => tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, "same"), inputs),
    ];
    for (const [i, one] of eager.entries()) {
      expectSame(compiled[i]!, one, `compiled, output ${i}`);
      expectSame(filtered[i]!, one, `filtered, output ${i}`);
      expect(one.dataSync(), `direct, output ${i}`).not.toEqual(direct[i]!.dataSync());
    }
    step.dispose();
  });
});
