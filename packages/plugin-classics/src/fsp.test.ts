import { mul, tensor4d, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expectClose } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { flowDifference, flowMatrix, fsp } from "./fsp.js";
import { expectCase, fixture, named } from "../test/fixture.js";
import { describeProperties, random } from "../test/properties.js";
import { number, trial } from "../test/trial.js";

await startEngine();

describe("by hand", () => {
  // two positions; the encoder has one channel, the decoder two
  const encoder = tensor4d([1, 2], [1, 1, 2, 1]);
  const decoder = tensor4d([3, 0, 1, -1], [1, 1, 2, 2]);

  test("G = ½ (1·(3, 0) + 2·(1, −1))", () => expectClose(flowMatrix(encoder, decoder), [2.5, -1], { tolerance: 1e-6 }));

  test("the mean of squared differences: ((2.5 − 0.5)² + (−1 − 0.5)²) / 2", () => {
    const teacher = flowMatrix(tensor4d([1, 0], [1, 1, 2, 1]), tensor4d([1, 1, 5, 5], [1, 1, 2, 2]));
    expectClose(flowDifference(flowMatrix(encoder, decoder), teacher), [3.125], { tolerance: 1e-6 });
  });

  test("the larger map is max-pooled, and positions are counted after that", () => {
    const large = tensor4d([1, 0, 0, 2, -1, 0, 1, 1], [1, 2, 4, 1]); // maxima 1 and 2
    expectClose(flowMatrix(large, decoder), [2.5, -1], { tolerance: 1e-6 });
    expectClose(flowMatrix(decoder, large), [2.5, -1], { tolerance: 1e-6 });
  });
});

const taps = ["encoder/4", "decoder/4"];
const { cases } = fixture("fsp");
test("the fixture has twelve cases", () => expect(cases.length).toBe(12));
test.each(cases.map((one) => [one.kind, one.student[0]!.shape[0], one.pooled, one] as const))(
  "PyTorch: %s maps, batch %i, the %s's map pooled",
  (_, __, ___, one) => expectCase(trial(fsp(), named(one, taps)), one, taps),
);

const flow = (maps: readonly Tensor4D[]) => flowMatrix(maps[0]!, maps[1]!);
describeProperties("fsp", {
  loss: (own, other) => flowDifference(flow(own), flow(other)),
  student: [
    [3, 4, 6, 5],
    [3, 2, 3, 2],
  ],
  teacher: [
    [3, 2, 4, 5],
    [3, 2, 4, 2],
  ],
});

test("maps c times as large cost c⁴ times as much", () => {
  const [own, other] = [1, 2].map((seed) => [random([2, 3, 5, 4], seed), random([2, 3, 5, 2], 10 * seed)]) as [Tensor4D[], Tensor4D[]];
  const larger = (maps: Tensor4D[]) => flow(maps.map((x) => mul(x, 3)));
  const plain = [...flowDifference(flow(own), flow(other)).dataSync()];
  expectClose(
    flowDifference(larger(own), larger(other)),
    plain.map((x) => 81 * x),
    { tolerance: 1e-5 },
  );
});

test("pairs add up, each with the paraphrasers of its own", () => {
  const [student, teacher] = [
    { a: random([2, 4, 6, 3], 1), b: random([2, 4, 6, 4], 2) },
    { a: random([2, 4, 6, 5], 3), b: random([2, 4, 6, 7], 4) },
  ];
  const pair = (encoder: "a" | "b", decoder: "a" | "b") => ({ encoder, decoder });
  const [one, other] = [
    { student: pair("a", "b"), teacher: pair("b", "a") },
    { student: pair("b", "b"), teacher: pair("a", "b") },
  ];
  const value = (...pairs: (typeof one)[]) => number(trial(fsp({ pairs }), { student, teacher }).value("flow", { student, teacher }));
  expect(value(one, other) / (value(one) + value(other))).toBeCloseTo(1, 5);
  expect(Math.abs(value(one) / value(other) - 1)).toBeGreaterThan(1e-3);
});
