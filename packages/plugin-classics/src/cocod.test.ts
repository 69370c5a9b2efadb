import { fill, mul, neg, tensor4d, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expectClose } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { cocod, correlationDifference, crossLayerCorrelation, spatialSimilarity } from "./cocod.js";
import { expectCase, fixture, named } from "../test/fixture.js";
import { describeProperties, random } from "../test/properties.js";
import { number, trial } from "../test/trial.js";

await startEngine();

/** To five digits; −0 is 0, for which of the two a rounding error gives goes with the processor. */
const rounded = (x: number): number => Math.round(x * 1e5) / 1e5 + 0;

describe("by hand", () => {
  const same = fill([1, 16, 16, 1], 3) as Tensor4D;
  /** 1 on the left, −1 on the right half. */
  const halves = tensor4d(
    Array.from({ length: 256 }, (_, u) => (u % 16 < 8 ? 1 : -1)),
    [1, 16, 16, 1],
  );

  test("rows of length 1: 1/16 with each of 256 equal positions, ±1/16 with halves", () => {
    expectClose(spatialSimilarity(same), Array<number>(65536).fill(1 / 16), { tolerance: 1e-5 });
    const found = spatialSimilarity(halves).dataSync();
    expect([found[0]! * 16, found[8]! * 16, found[256 * 8]! * 16, found[256 * 8 + 8]! * 16].map(rounded)).toEqual([1, -1, -1, 1]);
  });

  test("the product of equal positions is 1, and 0 with halves, whose sum is 0", () => {
    expectClose(crossLayerCorrelation({ encoder: same, decoder: same }, "product"), Array<number>(65536).fill(1), { tolerance: 1e-4 });
    const one = { encoder: same, decoder: same };
    expectClose(correlationDifference(one, { encoder: halves, decoder: same }, "product"), [1], { tolerance: 1e-4 });
  });

  test("the order of the layers: the encoder's rows by the decoder's columns", () => {
    const corner = tensor4d(
      Array.from({ length: 256 }, (_, u) => Number(u === 0)),
      [1, 16, 16, 1],
    );
    // A of the corner is 1 at (0, 0) and 0 elsewhere: with it on the left only row 0 is left, on the right only column 0
    const [left, right] = [
      crossLayerCorrelation({ encoder: corner, decoder: same }, "product").dataSync(),
      crossLayerCorrelation({ encoder: same, decoder: corner }, "product").dataSync(),
    ];
    expect([left[1], left[256], right[1], right[256]].map((x) => rounded(x! * 16))).toEqual([1, 0, 0, 1]);
  });

  test("the difference is the decoder's minus the encoder's: 0 or −1/8 where 1/16 meets −1/16", () => {
    const found = crossLayerCorrelation({ encoder: same, decoder: halves }, "difference").dataSync();
    expect([found[0], found[8]].map((x) => rounded(x! * 8))).toEqual([0, -1]);
    expectClose(correlationDifference({ encoder: same, decoder: same }, { encoder: same, decoder: halves }, "difference"), [1 / 128], {
      tolerance: 1e-4,
    });
  });
});

const taps = ["encoder/4", "decoder/4"];
const { cases } = fixture("cocod");
test("the fixture has eight cases", () => expect(cases.length).toBe(8));
test.each(cases.map((one) => [one.kind, one.student[0]!.shape[0], one.options!.correlation!, one] as const))(
  "PyTorch: %s maps, batch %i, %s",
  (_, __, correlation, one) => expectCase(trial(cocod({ correlation, adversarial: false }), named(one, taps)), one, taps),
);

for (const how of ["product", "difference"] as const)
  describeProperties(`cocod, ${how}`, {
    loss: (own, other) => correlationDifference({ encoder: own[0]!, decoder: own[1]! }, { encoder: other[0]!, decoder: other[1]! }, how),
    student: [
      [2, 2, 3, 4],
      [2, 3, 2, 3],
    ],
    teacher: [
      [2, 2, 3, 4],
      [2, 3, 2, 3],
    ],
  });

test("maps 3 times as large, or of the other sign, are the same", () => {
  const [encoder, decoder] = [random([1, 16, 18, 3], 1), random([1, 16, 17, 2], 2)];
  const other = { encoder: random([1, 16, 18, 3], 3), decoder: random([1, 16, 17, 2], 4) };
  const plain = [...correlationDifference({ encoder, decoder }, other, "product").dataSync()];
  expectClose(correlationDifference({ encoder: mul(encoder, 3), decoder: neg(decoder) }, other, "product"), plain, { tolerance: 1e-5 });
});

test("pairs add up, each with the paraphrasers of its own", () => {
  const [student, teacher] = [
    { a: random([1, 4, 6, 3], 1), b: random([1, 4, 6, 4], 2) },
    { a: random([1, 4, 6, 5], 3), b: random([1, 4, 6, 7], 4) },
  ];
  const pair = (encoder: "a" | "b", decoder: "a" | "b") => ({ encoder, decoder });
  const [one, other] = [
    { student: pair("a", "b"), teacher: pair("b", "a") },
    { student: pair("b", "b"), teacher: pair("a", "b") },
  ];
  const value = (...pairs: (typeof one)[]) =>
    number(trial(cocod({ pairs, adversarial: false }), { student, teacher }).value("correlation", { student, teacher }));
  expect(value(one, other) / (value(one) + value(other))).toBeCloseTo(1, 5);
  expect(Math.abs(value(one) / value(other) - 1)).toBeGreaterThan(1e-3);
});
