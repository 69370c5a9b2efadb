import { grad, mean, mul, squaredDifference, sum, tensor, tensor4d, tile, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { oneHot } from "@segdistill/backend/ops";
import { expectClose } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { classSimilarity, intraClassVariation } from "./intra-class-variation.js";
import { expectCase, fixture, labels, named } from "../test/fixture.js";
import { describeProperties, random } from "../test/properties.js";
import { number, trial } from "../test/trial.js";

await startEngine();

const hot = (y: number[], shape: [number, number, number], classes: number): Tensor4D =>
  oneHot(tensor(y, shape, "int32"), classes) as Tensor4D;

describe("by hand", () => {
  // three positions: two of class 0, around (½, ½), and one of class 1
  const regions = hot([0, 0, 1], [1, 1, 3], 3);
  const student = tensor4d([1, 0, 0, 1, 2, 2], [1, 1, 3, 2]);
  test("cosines with the class's mean", () => {
    expectClose(classSimilarity(student, regions), [Math.SQRT1_2, Math.SQRT1_2, 1], { tolerance: 1e-6 });
  });

  test("a position that counts nowhere has 0, and is not in the mean either", () => {
    expectClose(classSimilarity(student, hot([0, -1, 1], [1, 1, 3], 3)), [1, 0, 1], { tolerance: 1e-6 });
  });

  test("gradients go through the means: turning one vector away moves the other's cosine", () => {
    const second = grad((x) => sum(mul(classSimilarity(x as Tensor4D, regions), tensor([0, 1, 0], [1, 1, 3]))))(student);
    // μ₂ = g₂ / ‖g‖ with g = ½ (a + b), by a: ½ (0, 1)/‖g‖ − ½ g₂ g/‖g‖³ = (−¼·√2, ¼·√2); by b the same, and (½·√2, 0) beside it
    expectClose(second, [-Math.SQRT2 / 4, Math.SQRT2 / 4, Math.SQRT2 / 4, Math.SQRT2 / 4, 0, 0], { tolerance: 1e-5 });
  });

  test("the mean runs over positions with a class", () => {
    const teacher = tensor4d([1, 0, 0, 1, 0, 0, 3, 0, 0], [1, 1, 3, 3]); // cosines 1, 1, 1
    // of the whole picture's 1 × 3 positions the last is not valid
    const seen = {
      student: { "decoder/4": student },
      teacher: { "decoder/4": tensor4d([1, 0, 0, 1, 0, 0, 0, 3, 0], [1, 1, 3, 3]) },
      labels: hot([0, 0, 1], [1, 1, 3], 2),
      valid: tensor([1, 1, 0], [1, 1, 3]) as never,
    };
    const value = number(trial(intraClassVariation(), seen, { height: 1, width: 3 }).value("variation", seen));
    expect(value).toBeCloseTo((1 - Math.SQRT1_2) ** 2, 6);
    expectClose(classSimilarity(teacher, regions), [1, 1, 1], { tolerance: 1e-6 });
  });
});

const names = ["decoder/4"];
const { cases } = fixture("intra-class-variation");
test("the fixture has 16 cases", () => expect(cases.length).toBe(16));
test.each(cases.map((one) => [one.kind, one.student[0]!.shape[0], one.classes, one.absent, one] as const))(
  "PyTorch: %s maps, batch %i, %i classes, absent: %s",
  (_, batch, __, ___, one) => expectCase(trial(intraClassVariation(), named(one, names)), one, names, labels(batch, [16, 24], one)),
);

describeProperties("intra-class variation", {
  loss: ([own], [other]) => {
    // every image has the same classes, of which the last is absent
    const [b] = own!.shape;
    const regions = tile(hot([0, 0, 1, 0, 1, 1, -1, 0, 1, 1, 0, 0], [1, 3, 4], 3), [b, 1, 1, 1]);
    return mean(squaredDifference(classSimilarity(own!, regions), classSimilarity(other!, regions)), [1, 2]);
  },
  student: [[3, 3, 4, 5]],
  teacher: [[3, 3, 4, 5]],
});

test("the original's weight is 200, ours 1", () => {
  const seen = { student: { "decoder/4": random([1, 4, 6, 3], 1) }, teacher: { "decoder/4": random([1, 4, 6, 5], 2) } };
  expect(trial(intraClassVariation(), seen).weights).toEqual({ variation: 1 });
  expect(trial(intraClassVariation({ weights: "original" }), seen).weights).toEqual({ variation: 200 });
});
