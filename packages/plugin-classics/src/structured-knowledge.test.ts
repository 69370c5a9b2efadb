import {
  concat,
  gather,
  grad,
  grads,
  ones,
  sum,
  tensor1d,
  tensor3d,
  tensor4d,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expectClose } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { cellMaxima } from "./cell-maxima.js";
import { cellSimilarity, pairDifference, softCrossEntropy, structuredKnowledge } from "./structured-knowledge.js";
import { expectCase, fixture, named } from "../test/fixture.js";
import { describeProperties, random } from "../test/properties.js";
import { number, trial } from "../test/trial.js";

await startEngine();

describe("pixels by hand", () => {
  // teacher (3/4, 1/4) and (1/2, 1/2); student (1/2, 1/2) and (1/4, 3/4)
  const teacher = tensor4d([Math.log(3), 0, 1, 1], [1, 1, 2, 2]);
  const student = tensor4d([5, 5, 0, Math.log(3)], [1, 1, 2, 2]);
  const [left, right] = [Math.LN2, (Math.log(4) + Math.log(4 / 3)) / 2];

  test("the cross-entropy of every pixel", () => expectClose(softCrossEntropy(student, teacher), [left, right], { tolerance: 1e-6 }));

  const maps = (logits: Tensor4D) => ({ "encoder/4": random([logits.shape[0], 2, 3, 4], 1), logits });
  const value = (own: Tensor4D, other: Tensor4D, reduction: "sum" | "mean", valid?: Tensor3D) => {
    const seen = { student: maps(own), teacher: maps(other), ...(valid && { valid }) };
    return number(trial(structuredKnowledge({ reduction }), seen, { height: 1, width: 2 }).value("pixels", seen));
  };
  const two = (x: Tensor4D): Tensor4D => concat([x, x]);

  test("averaged over an image's pixels, summed over the batch or averaged", () => {
    expect(value(student, teacher, "sum")).toBeCloseTo((left + right) / 2, 6);
    expect(value(two(student), two(teacher), "sum")).toBeCloseTo(left + right, 6);
    expect(value(two(student), two(teacher), "mean")).toBeCloseTo((left + right) / 2, 6);
  });

  test("pixels that are not valid do not count; an image without any costs nothing", () => {
    const valid = tensor3d([1, 0, 0, 0], [2, 1, 2]);
    expect(value(two(student), two(teacher), "sum", valid)).toBeCloseTo(left, 6);
    expect(value(two(student), two(teacher), "mean", valid)).toBeCloseTo(left / 2, 6);
  });

  test("P1: at p_S = p_T it is the teacher's entropy, without a gradient", () => {
    const entropy = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25));
    const same = tensor4d([Math.log(3) + 7, 7, -2, -2], [1, 1, 2, 2]);
    expectClose(softCrossEntropy(same, teacher), [entropy, Math.LN2], { tolerance: 1e-5 });
    expect(Math.max(...[...grad((x) => sum(softCrossEntropy(x as Tensor4D, teacher)))(same).dataSync()].map(Math.abs))).toBeLessThan(1e-6);
  });

  test("P3s: the batch twice costs exactly twice", () => {
    const [own, other] = [random([3, 4, 6, 5], 1), random([3, 4, 6, 5], 2)];
    const at = { height: 4, width: 6 };
    const seen = (f: (x: Tensor4D) => Tensor4D) => ({
      student: { "encoder/4": random([1, 2, 3, 4], 1), logits: f(own) },
      teacher: { "encoder/4": random([1, 2, 3, 4], 1), logits: f(other) },
    });
    const cost = (f: (x: Tensor4D) => Tensor4D): number => {
      const shown = seen(f);
      const b = shown.student.logits.shape[0];
      const whole = { ...shown, valid: ones([b, 4, 6]) as Tensor3D };
      return number(trial(structuredKnowledge(), shown, at).value("pixels", whole));
    };
    expect(cost(two) / cost((x) => x)).toBeCloseTo(2, 5);
    expect(cost((x) => gather(x, tensor1d([2, 0, 1], "int32"))) / cost((x) => x)).toBeCloseTo(1, 5);
  });
});

describe("pairs by hand", () => {
  test("cells of half the size begin at the upper left; the last row and column are left over", () => {
    const map = tensor4d([1, 2, 3, 9, 7, 0, -1, 4, 5, 8, 50, 60, 70, 80, 90], [1, 3, 5, 1]);
    expectClose(cellMaxima(map, "half"), [2, 9, 0, 5], { tolerance: 1e-6 });
    expectClose(cellMaxima(map, 2), [2, 9], { tolerance: 1e-6 });
    expectClose(cellMaxima(map, 3), [70], { tolerance: 1e-6 });
  });

  test("of equal values the first has the gradient", () => {
    const slope = grad((x) => sum(cellMaxima(x as Tensor4D, "half")))(
      tensor4d([2, 2, 5, 5, 2, 2, 5, 5, 1, 1, 0, 0, 1, 1, 0, 0], [1, 4, 4, 1]),
    );
    expectClose(slope, [1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
  });

  // cells (3, 4), (1, 0), (0, 1) and a dead one
  const student = tensor4d([3, 4, 1, 0, 0, 1, 0, 0], [1, 2, 2, 2]);
  test("cosines of cells, 0 with a dead one and of it", () => {
    const cosines = [1, 0.6, 0.8, 0, 0.6, 1, 0, 0, 0.8, 0, 1, 0, 0, 0, 0, 0];
    expectClose(cellSimilarity(student, { kernel: "half" }), cosines, { tolerance: 1e-6 });
  });
  test("squared differences from cosines of 1, by the number of cells squared", () => {
    const teacher = tensor4d([2, 0, 0, 5, 0, 0, 1, 0, 0, 2, 0, 0], [1, 2, 2, 3]);
    expectClose(pairDifference(student, teacher, { kernel: "half" }), [(2 * (0.16 + 0.04) + 2 * 4 + 1) / 16], { tolerance: 1e-6 });
  });
});

const names = ["encoder/4", "logits"];
const { cases } = fixture("structured-knowledge");
test("the fixture has 24 cases", () => expect(cases.length).toBe(24));
test.each(cases.map((one) => [one.kind, one.student[0]!.shape[0], one.options!.kernel!, one.options!.reduction!, one] as const))(
  "PyTorch: %s maps, batch %i, kernel %s, %s",
  (_, batch, __, ___, one) => {
    const valid = tensor3d(
      Array.from({ length: batch * 60 }, (_____, u) => Number(u % 7 !== 3)),
      [batch, 6, 10],
    );
    const method = structuredKnowledge(one.options);
    expectCase(trial(method, named(one, names), { height: 6, width: 10 }), one, names, { valid });
  },
);

for (const kernel of ["half", 2] as const)
  describeProperties(`structured knowledge's pairs, kernel ${kernel}`, {
    loss: ([own], [other]) => pairDifference(own!, other!, { kernel }),
    student: [[3, 5, 7, 4]],
    teacher: [[3, 5, 7, 6]],
    zero: false,
  });
describeProperties("structured knowledge's pairs of equal channels", {
  loss: ([own], [other]) => pairDifference(own!, other!, { kernel: "half" }),
  student: [[3, 4, 6, 5]],
  teacher: [[3, 4, 6, 5]],
});

test("weights are those of the group's code, or what is said", () => {
  const seen = { student: { "encoder/4": random([1, 4, 6, 3], 1) }, teacher: { "encoder/4": random([1, 4, 6, 5], 2) } };
  expect(trial(structuredKnowledge(), seen).weights).toEqual({ pixels: 1, pairs: 0.1 });
  expect(trial(structuredKnowledge({ pixel: 10, pair: 0.5 }), seen).weights).toEqual({ pixels: 10, pairs: 0.5 });
});

test("the teacher's map may have another size where four cells are left of both", () => {
  const seen = { student: { "encoder/4": random([2, 4, 6, 3], 1) }, teacher: { "encoder/4": random([2, 8, 12, 5], 2) } };
  const direct = pairDifference(seen.student["encoder/4"], seen.teacher["encoder/4"], { kernel: "half" }).dataSync();
  expect(number(trial(structuredKnowledge(), seen).value("pairs", seen))).toBeCloseTo((direct[0]! + direct[1]!) / 2, 6);
});

test("the gradient of pixels is p_S − p_T, over pixels", () => {
  const [own, other] = [tensor4d([0, 0], [1, 1, 1, 2]), tensor4d([Math.log(3), 0], [1, 1, 1, 2])];
  const [slope] = grads((x: Tensor) => sum(softCrossEntropy(x as Tensor4D, other)))([own]);
  expectClose(slope!, [-0.25, 0.25], { tolerance: 1e-6 });
});
