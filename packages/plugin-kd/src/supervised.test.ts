import { readFileSync } from "node:fs";
import {
  add,
  cast,
  concat,
  gather,
  grad,
  mul,
  oneHot,
  randomNormal,
  sum,
  tensor1d,
  tensor3d,
  tensor4d,
  zeros,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { describe, expect, test } from "vitest";
import { supervised } from "./supervised.js";
import { expectClose } from "./testing/expect-close.js";
import { valueOf, type Seen } from "./testing/term.js";

await startEngine();

/** One-hot labels [b, h, w, k]. */
const hot = (shape: [number, number, number], k: number, label: (u: number) => number): Tensor4D =>
  cast(oneHot(tensor3d(each(shape, label), shape, "int32"), k), "float32") as Tensor4D;
const each = ([b, h, w]: [number, number, number], value: (u: number) => number): number[] =>
  Array.from({ length: b * h * w }, (_, u) => value(u));

const value = (seen: Seen): number => valueOf(supervised(), seen).dataSync()[0]!;
const slope = (seen: Seen): Tensor => grad((z) => valueOf(supervised(), { ...seen, student: z as Tensor4D }))(seen.student);

describe("by hand", () => {
  // Two images of 1 × 2 pixels, two classes. Probabilities of the true class: 3/4 and 1/4, then 1/2 and 1/2.
  const student = tensor4d([Math.log(3), 0, Math.log(3), 0, 2, 2, 2, 2], [2, 1, 2, 2]);
  const labels = tensor4d([1, 0, 0, 1, 1, 0, 0, 1], [2, 1, 2, 2]);

  test("the mean over pixels, and its gradient (p − y) / pixels", () => {
    expect(value({ student, labels })).toBeCloseTo((Math.log(4 / 3) + Math.log(4) + 2 * Math.log(2)) / 4, 6);
    expectClose(slope({ student, labels }), [-1 / 16, 1 / 16, 3 / 16, -3 / 16, -1 / 8, 1 / 8, 1 / 8, -1 / 8], 1e-6);
  });

  test("an image without a label counts nowhere, whatever its labels say", () => {
    const seen = { student, labels, labelled: tensor1d([1, 0]) };
    expect(value(seen)).toBeCloseTo((Math.log(4 / 3) + Math.log(4)) / 2, 6);
    expectClose(slope(seen), [-1 / 8, 1 / 8, 3 / 8, -3 / 8, 0, 0, 0, 0], 1e-6);
  });

  test("pixels that are not valid count nowhere", () => {
    const seen = { student, labels, valid: tensor3d([1, 0, 0, 0], [2, 1, 2]) };
    expect(value(seen)).toBeCloseTo(Math.log(4 / 3), 6);
    expectClose(slope(seen), [-1 / 4, 1 / 4, 0, 0, 0, 0, 0, 0], 1e-6);
  });
});

interface Case {
  readonly shape: [number, number, number, number];
  readonly logits: number[];
  readonly loss: number;
  readonly gradient: number[];
}
const { cases } = JSON.parse(readFileSync(new URL("../fixtures/supervised.json", import.meta.url), "utf8")) as { cases: Case[] };

test("the fixture has all four cases", () => expect(cases.length).toBe(4));

test.each(cases)("PyTorch's cross_entropy with ignored pixels and images: $shape", ({ shape, logits, loss, gradient }) => {
  const [b, h, w, k] = shape;
  const seen = {
    student: tensor4d(logits, shape),
    labels: hot([b, h, w], k, (u) => (u * u) % k),
    valid: tensor3d(
      each([b, h, w], (u) => Number(u % 7 !== 3)),
      [b, h, w],
    ),
    labelled: tensor1d(Array.from({ length: b }, (_, i) => Number(i !== 1))),
  };
  expectClose(valueOf(supervised(), seen), [loss]);
  expectClose(slope(seen), gradient);
});

describe("properties", () => {
  const shape: [number, number, number, number] = [3, 4, 6, 5];
  const student = randomNormal(shape, 0, 2, "float32", 1) as Tensor4D;
  // the last class is absent
  const labels = hot([3, 4, 6], 5, (u) => (u * u) % 4);

  test("P1 zero: certain and right costs nothing", () => {
    const seen: Seen = { student: mul(labels, 1000), labels };
    expect(value(seen)).toBe(0);
    expectClose(slope(seen), Array<number>(360).fill(0));
  });

  test("P3m and P6: the batch twice, or in another order, the same loss", () => {
    const once = value({ student, labels });
    const twice = value({ student: concat([student, student]), labels: concat([labels, labels]) });
    const order = tensor1d([2, 0, 1], "int32");
    const turned = value({ student: gather(student, order), labels: gather(labels, order) });
    expect(Math.abs(twice / once - 1)).toBeLessThan(1e-5);
    expect(Math.abs(turned / once - 1)).toBeLessThan(1e-5);
  });

  test("P4 finite: zero maps give ln K, a class may be absent", () => {
    const seen = { student: zeros(shape) as Tensor4D, labels };
    expect(value(seen)).toBeCloseTo(Math.log(5), 6);
    expect([...slope(seen).dataSync()].every(Number.isFinite)).toBe(true);
  });

  test("P5 central differences", () => {
    const direction = randomNormal(shape, 0, 1, "float32", 2) as Tensor4D;
    const at = (by: number): number => value({ student: add(student, mul(direction, by)), labels });
    const difference = (at(1e-2) - at(-1e-2)) / 2e-2;
    const gradient = sum(mul(slope({ student, labels }), direction)).dataSync()[0]!;
    expect(Math.abs(difference)).toBeGreaterThan(1e-3);
    expect(Math.abs(gradient / difference - 1)).toBeLessThan(1e-2);
  });
});
