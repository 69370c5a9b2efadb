import { grads, scalar, softplus, sum, tensor1d, tensor4d, type Tensor, type Tensor1D, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { scope } from "@segdistill/core";
import { expectClose } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { expectTrained, fixture, named } from "../test/fixture.js";
import { describeProperties, random } from "../test/properties.js";
import { trial } from "../test/trial.js";
import { negativeLogLikelihood, regressor, variationalInformation } from "./variational-information.js";

await startEngine();

describe("by hand", () => {
  // one position, two channels, of variance 1 and 4
  const [teacher, guess, variance] = [tensor4d([2, 0], [1, 1, 1, 2]), tensor4d([1, 1], [1, 1, 1, 2]), tensor1d([1, 4])];
  test("½ mean((1/1 + ln 1), (1/4 + ln 4))", () => {
    expectClose(negativeLogLikelihood(teacher, guess, variance), [(1.25 + Math.log(4)) / 4], { tolerance: 1e-6 });
  });

  test("where the guess is right only the logarithm is left, which may be negative, and only the variance has a gradient", () => {
    const small = tensor1d([0.5, 0.25]);
    expectClose(negativeLogLikelihood(teacher, teacher, small), [Math.log(0.125) / 4], { tolerance: 1e-6 });
    const [byGuess, byVariance] = grads((g: Tensor, s: Tensor) => sum(negativeLogLikelihood(teacher, g as Tensor4D, s as Tensor1D)))([
      teacher,
      small,
    ]);
    expectClose(byGuess!, [0, 0]);
    expectClose(byVariance!, [1 / 0.5 / 4, 1 / 0.25 / 4], { tolerance: 1e-6 });
  });
});

describe("the regressor", () => {
  const made = scope("here", "here", 0, new Map()).module("r", (make) => regressor(make, { from: 2, to: 3 }));
  test("has three kernels without bias and a number for each of the teacher's channels, which starts at variance 5", () => {
    expect(Object.entries(made.variables).map(([name, { shape }]) => [name, shape])).toEqual([
      ["conv1/kernel", [1, 1, 2, 3]],
      ["conv2/kernel", [1, 1, 3, 3]],
      ["conv3/kernel", [1, 1, 3, 3]],
      ["alpha", [3]],
    ]);
    expectClose(made.variance(), [5, 5, 5], { tolerance: 1e-6 });
    expect(fixture("variational-information").start).toBeCloseTo(5, 12);
  });

  test("keeps the variance above 1e-6", () => {
    const alpha = made.variables["alpha"]!;
    alpha.assign(tensor1d([-200, 0, 3]));
    expectClose(made.variance(), [1e-6, Math.LN2, softplus(scalar(3)).dataSync()[0]!], { tolerance: 1e-5 });
    expect(made.variance().dataSync()[0]).toBeCloseTo(1e-6, 9);
  });
});

const taps = ["encoder/4", "decoder/4"];
const { cases } = fixture("variational-information");
test("the fixture has six cases", () => expect(cases.length).toBe(6));
test.each(cases.map((one) => [one.kind, one.student[0]!.shape[0], one] as const))(
  "PyTorch's normal law, regressors too: %s maps, batch %i",
  (_, __, one) => expectTrained(trial(variationalInformation(), named(one, taps)), one, taps),
);

describeProperties("variational information", {
  loss: ([own], [other]) => negativeLogLikelihood(other!, own!, tensor1d([1, 2, 0.5, 4])),
  student: [[3, 4, 6, 4]],
  teacher: [[3, 4, 6, 4]],
  zero: false,
});

test("every map has a regressor of its own", () => {
  const [student, teacher] = [
    { "encoder/4": random([1, 4, 6, 3], 1), "decoder/4": random([1, 4, 6, 2], 2) },
    { "encoder/4": random([1, 4, 6, 5], 3), "decoder/4": random([1, 4, 6, 4], 4) },
  ];
  const { trains } = trial(variationalInformation(), { student, teacher });
  const sizes = trains.map(({ variables }) => Object.values(variables).reduce((all, { size }) => all + size, 0));
  expect(sizes).toEqual([3 * 5 + 2 * 25 + 5, 2 * 4 + 2 * 16 + 4]);
});
