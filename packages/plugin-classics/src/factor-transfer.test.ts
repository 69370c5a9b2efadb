import { grad, mul, neg, sum, tensor4d, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expectClose } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { factorDifference, factorTransfer } from "./factor-transfer.js";
import { expectTrained, fixture, named } from "../test/fixture.js";
import { describeProperties, random } from "../test/properties.js";
import { trial } from "../test/trial.js";

await startEngine();

describe("by hand", () => {
  const student = tensor4d([3, 4], [1, 1, 2, 1]); // (0.6, 0.8)
  const teacher = tensor4d([2, 0], [1, 1, 2, 1]); // (1, 0)
  test("(0.4 + 0.8) / 2", () => expectClose(factorDifference(student, teacher), [0.6], { tolerance: 1e-6 }));

  test("the norm runs over positions and channels together", () => {
    const own = tensor4d([1, 2, 2, 4], [1, 1, 2, 2]); // of length 5
    const other = tensor4d([0, 0, 0, 1], [1, 1, 2, 2]);
    expectClose(factorDifference(own, other), [(0.2 + 0.4 + 0.4 + 0.2) / 4], { tolerance: 1e-6 });
  });

  test("entries that are equal have gradient 0", () => {
    const slope = grad((x) => sum(factorDifference(x as Tensor4D, student)))(mul(student, 2));
    expectClose(slope, [0, 0]);
  });

  test("twice as many positions, all alike: the mean is 1/√2 of it", () => {
    const twice = (x: number[]) => tensor4d([...x, ...x], [1, 2, 2, 1]);
    expectClose(factorDifference(twice([3, 4]), twice([2, 0])), [0.6 / Math.SQRT2], { tolerance: 1e-6 });
  });
});

const taps = ["encoder/4", "decoder/4"];
const { cases } = fixture("factor-transfer");
test("the fixture has twelve cases", () => expect(cases.length).toBe(12));
test.each(cases.map((one) => [one.kind, one.student[0]!.shape[0], one.options!.beta!, one] as const))(
  "PyTorch, translators too: %s maps, batch %i, beta %i",
  (_, __, beta, one) => expectTrained(trial(factorTransfer({ beta }), named(one, taps)), one, taps),
);

describeProperties("factor transfer", {
  loss: ([own], [other]) => factorDifference(own!, other!),
  student: [[3, 4, 6, 5]],
  teacher: [[3, 4, 6, 5]],
  offset: 8,
});

test("a factor 7 times as large is the same, one turned round is another", () => {
  const [own, other] = [random([2, 3, 5, 4], 1), random([2, 3, 5, 4], 2)];
  const plain = [...factorDifference(own, other).dataSync()];
  expectClose(factorDifference(mul(own, 7), mul(other, 0.1)), plain, { tolerance: 1e-5 });
  expect(factorDifference(neg(own), other).dataSync()[0]).not.toBeCloseTo(plain[0]!, 3);
});

test("beta is 200, and every map has a translator of 3·(9·C² + C) numbers", () => {
  const [student, teacher] = [
    { "encoder/4": random([1, 4, 6, 3], 1), "decoder/4": random([1, 4, 6, 2], 2) },
    { "encoder/4": random([1, 4, 6, 5], 3), "decoder/4": random([1, 4, 6, 4], 4) },
  ];
  const [own, other] = [trial(factorTransfer(), { student, teacher }), trial(factorTransfer({ beta: 1 }), { student, teacher })];
  const [a, b] = [own, other].map((one) => one.value("factors", { student, teacher }).dataSync()[0]!) as [number, number];
  expect(a / b).toBeCloseTo(200, 2);
  expect(own.trains.map(({ variables }) => Object.values(variables).reduce((all, { size }) => all + size, 0))).toEqual([252, 114]);
});
