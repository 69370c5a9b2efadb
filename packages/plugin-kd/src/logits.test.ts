import { readFileSync } from "node:fs";
import {
  add,
  concat,
  fill,
  gather,
  grad,
  mul,
  randomNormal,
  reshape,
  slice,
  sub,
  sum,
  mean,
  tensor4d,
  tensor3d,
  tensor1d,
  zeros,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { describe, expect, test } from "vitest";
import { logits, logitsDistillation, type LogitsOptions } from "./logits.js";
import { expectClose } from "./testing/expect-close.js";
import { valueOf } from "./testing/term.js";

await startEngine();

type Shape = [number, number, number, number];
const map = (shape: Shape, seed: number, deviation = 2): Tensor4D => randomNormal(shape, 0, deviation, "float32", seed);
const kl = (student: Tensor4D, teacher: Tensor4D, options?: LogitsOptions, valid?: Tensor3D): Tensor =>
  valueOf(logits(options), { student, teacher, ...(valid && { valid }) });
const slope = (student: Tensor4D, teacher: Tensor4D, options?: LogitsOptions, valid?: Tensor3D): Tensor4D =>
  grad((z) => kl(z as Tensor4D, teacher, options, valid))(student) as Tensor4D;
const number = (x: Tensor): number => x.dataSync()[0]!;
const largest = (x: Tensor): number => Math.max(...x.dataSync().map(Math.abs));

describe("by hand", () => {
  // One picture of 1 × 2 pixels, two classes. Left: teacher (3/4, 1/4), student (1/2, 1/2): 3/4·ln(3/2) + 1/4·ln(1/2). Right: both agree.
  const teacher = tensor4d([Math.log(3), 0, 1, 2], [1, 1, 2, 2]);
  const student = tensor4d([5, 5, 7, 8], [1, 1, 2, 2]);
  const left = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5); // 0.13081

  test("every pixel's divergence, the mean, and the mean over elements", () => {
    expectClose(logitsDistillation(student, teacher, { temperature: 1 }), [left, 0], 1e-6);
    expect(number(kl(student, teacher))).toBeCloseTo(left / 2, 6);
    expect(number(kl(student, teacher, { reduction: "element" }))).toBeCloseTo(left / 4, 6);
  });

  test("temperature 2 halves the logits and multiplies by 4", () => {
    const p = Math.sqrt(3) / (1 + Math.sqrt(3));
    expectClose(
      logitsDistillation(student, teacher, { temperature: 2 }),
      [4 * (p * Math.log(2 * p) + (1 - p) * Math.log(2 * (1 - p))), 0],
      1e-5,
    );
  });

  test("the teacher is the target, not the student", () => {
    const swapped = 0.5 * Math.log(0.5 / 0.75) + 0.5 * Math.log(0.5 / 0.25); // 0.14384
    expect(number(kl(teacher, student))).toBeCloseTo(swapped / 2, 6);
  });

  test("the gradient is (p_S − p_T) / pixels", () => {
    expectClose(slope(student, teacher), [(0.5 - 0.75) / 2, (0.5 - 0.25) / 2, 0, 0], 1e-6);
  });

  test("pixels that are not valid count nowhere and pull nowhere", () => {
    const valid = tensor3d([1, 0], [1, 1, 2]);
    const wild = tensor4d([5, 5, 90, -90], [1, 1, 2, 2]);
    expect(number(kl(wild, teacher, {}, valid))).toBeCloseTo(left, 6);
    expectClose(slope(wild, teacher, {}, valid), [-0.25, 0.25, 0, 0], 1e-6);
  });

  test("images without a label count like others", () => {
    const both = valueOf(logits(), {
      student: concat([student, teacher]),
      teacher: concat([teacher, teacher]),
      labelled: tensor1d([0, 0]),
    });
    expect(number(both)).toBeCloseTo(left / 4, 6);
  });
});

interface Case {
  readonly shape: Shape;
  readonly temperature: number;
  readonly reduction: "pixel" | "element";
  readonly student: number[];
  readonly teacher: number[];
  readonly loss: number;
  readonly perPixel: number[];
  readonly gradient: number[];
}
const { cases } = JSON.parse(readFileSync(new URL("../fixtures/logits.json", import.meta.url), "utf8")) as { cases: Case[] };

test("the fixture has all sixteen cases", () => expect(cases.length).toBe(16));

test.each(cases)("PyTorch's kl_div: $shape, temperature $temperature, by $reduction", (one) => {
  const [student, teacher] = [tensor4d(one.student, one.shape), tensor4d(one.teacher, one.shape)];
  const [b, h, w] = one.shape;
  const valid = tensor3d(
    Array.from({ length: b * h * w }, (_, u) => Number(u % 7 !== 3)),
    [b, h, w],
  );
  expectClose(logitsDistillation(student, teacher, one), one.perPixel);
  expectClose(kl(student, teacher, one, valid), [one.loss]);
  expectClose(slope(student, teacher, one, valid), one.gradient);
});

const shapes: Shape[] = [
  [1, 4, 6, 2],
  [3, 5, 7, 4],
];
describe.each(shapes)("properties at [%i, %i, %i, %i]", (...shape) => {
  const [b, h, w, k] = shape;
  const values = () => ({ student: map(shape, 1), teacher: map(shape, 2) });

  test.each([1, 4])("P1 zero at equal operands, temperature %i", (temperature) => {
    const { student } = values();
    expect(number(kl(student, student, { temperature }))).toBe(0);
    expect(largest(slope(student, student, { temperature }))).toBeLessThan(1e-7);
    expect(largest(slope(student, values().teacher, { temperature }))).toBeGreaterThan(1e-4);
  });

  test("P3m: the batch twice, the same loss", () => {
    const { student, teacher } = values();
    const once = number(kl(student, teacher));
    expect(Math.abs(number(kl(concat([student, student]), concat([teacher, teacher]))) / once - 1)).toBeLessThan(1e-5);
  });

  test.each([
    ["zeros and zeros", zeros, zeros],
    ["a constant student", (s: Shape) => fill(s, 3), (s: Shape) => map(s, 2)],
    ["a constant teacher", (s: Shape) => map(s, 1), (s: Shape) => fill(s, -7)],
    // the last class has probability 0 in float32 everywhere
    ["a class that is absent for the teacher", (s: Shape) => map(s, 1), (s: Shape) => lastClass(s, -1e4)],
    ["a class that is absent for the student", (s: Shape) => lastClass(s, -1e4), (s: Shape) => map(s, 2)],
  ])("P4 finite: %s", (_, student, teacher) => {
    const [z, t] = [student(shape) as Tensor4D, teacher(shape) as Tensor4D];
    for (const temperature of [1, 4]) {
      expect(Number.isFinite(number(kl(z, t, { temperature })))).toBe(true);
      expect([...slope(z, t, { temperature }).dataSync()].every(Number.isFinite)).toBe(true);
    }
  });

  test.each([1, 4])("P5 central differences, temperature %i", (temperature) => {
    const { student, teacher } = values();
    const [direction, step] = [map(shape, 3, 1), 1e-2];
    const at = (by: number): number => number(kl(add(student, mul(direction, by)), teacher, { temperature }));
    const difference = (at(step) - at(-step)) / (2 * step);
    const gradient = number(sum(mul(direction, slope(student, teacher, { temperature }))));
    expect(Math.abs(difference)).toBeGreaterThan(1e-3);
    expect(Math.abs(gradient / difference - 1)).toBeLessThan(1e-2);
  });

  test("P6 order: images in another order, the same loss", () => {
    const { student, teacher } = values();
    const order = tensor1d(
      Array.from({ length: b }, (_, i) => (i + 1) % b),
      "int32",
    );
    expect(Math.abs(number(kl(gather(student, order), gather(teacher, order))) / number(kl(student, teacher)) - 1)).toBeLessThan(1e-5);
  });

  test("a constant added to all logits of a pixel changes nothing", () => {
    const { student, teacher } = values();
    const shift = map([b, h, w, 1], 4, 3);
    const [plain, shifted] = [
      logitsDistillation(student, teacher, { temperature: 2 }),
      logitsDistillation(add(student, shift), teacher, { temperature: 2 }),
    ];
    expectClose(shifted, [...plain.dataSync()], 1e-5);
    expectClose(logitsDistillation(student, add(teacher, shift), { temperature: 2 }), [...plain.dataSync()], 1e-5);
    expectClose(slope(add(student, shift), teacher), [...slope(student, teacher).dataSync()], 1e-5);
  });

  test("by element = by pixel / K", () => {
    const { student, teacher } = values();
    const by = (reduction: "pixel" | "element") => number(kl(student, teacher, { temperature: 3, reduction }));
    expect(by("element") * k).toBeCloseTo(by("pixel"), 5);
  });

  test("for large temperatures the gradient is z_S − z_T, centred over the classes, / (K·pixels)", () => {
    const { student, teacher } = values();
    const apart = sub(student, teacher);
    const limit = mul(sub(apart, mean(apart, -1, true)), 1 / (k * b * h * w));
    expectClose(slope(student, teacher, { temperature: 200 }), [...limit.dataSync()], 2e-2);
  });
});

/** Random maps with one value everywhere in the last class. */
function lastClass(shape: Shape, value: number): Tensor4D {
  const [b, h, w, k] = shape;
  return concat([slice(map(shape, 5), [0, 0, 0, 0], [b, h, w, k - 1]), reshape(fill([b * h * w], value), [b, h, w, 1])], 3);
}
