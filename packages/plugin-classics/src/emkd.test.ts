import { mean, mul, tensor, tensor1d, tensor4d, tile, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { oneHot } from "@segdistill/backend/ops";
import { expectClose } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { emkd, importanceDifference, predictionDifference, regionAffinity, regionDifference } from "./emkd.js";
import { expectCase, fixture, labels, named } from "../test/fixture.js";
import { describeProperties, random } from "../test/properties.js";
import { number, trial } from "../test/trial.js";

await startEngine();

const hot = (y: number[], shape: [number, number, number], classes: number): Tensor4D =>
  oneHot(tensor(y, shape, "int32"), classes) as Tensor4D;

describe("by hand", () => {
  test("prediction maps: τ²·KL(p_T ‖ p_S), the teacher as target", () => {
    const [teacher, student] = [tensor4d([Math.log(9), 0, 1, 2], [1, 1, 2, 2]), tensor4d([5, 5, 7, 8], [1, 1, 2, 2])];
    // at τ = 2 the teacher's first pixel has (3/4, 1/4)
    const kl = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
    expectClose(predictionDifference(student, teacher, { temperature: 2 }), [4 * kl, 0], { tolerance: 1e-5 });
    const swapped = 0.5 * Math.log(0.5 / 0.75) + 0.5 * Math.log(0.5 / 0.25);
    expectClose(predictionDifference(teacher, student, { temperature: 2 }), [4 * swapped, 0], { tolerance: 1e-5 });
  });

  test("importance maps: fourth powers, of length 1 over positions", () => {
    const student = tensor4d([1, 1, 0, 2], [1, 1, 2, 2]); // means 1 and 8
    const teacher = tensor4d([2, 0], [1, 1, 2, 1]); // (1, 0)
    const length = Math.sqrt(65);
    expectClose(importanceDifference(student, teacher), [((1 / length - 1) ** 2 + (8 / length) ** 2) / 2], { tolerance: 1e-5 });
  });

  // two positions of region 0, one of region 1, one of neither
  const map = tensor4d([3, 0, -1, 0, 2, 2, 9, 9], [1, 1, 4, 2]);
  const regions = hot([0, 0, 1, -1], [1, 1, 4], 2);
  test("region affinities: cosines of the means (1, 0) and (2, 2)", () => {
    expectClose(regionAffinity(map, regions), [1, Math.SQRT1_2, Math.SQRT1_2, 1], { tolerance: 1e-6 });
  });

  test("a squared difference of one image; none where a region is empty", () => {
    const teacher = tensor4d([1, 0, 1, 0, 0, 5, 0, 0], [1, 1, 4, 2]); // cosine 0
    const { difference, counts } = regionDifference(map, teacher, regions);
    expectClose(difference, [0.5], { tolerance: 1e-6 });
    expectClose(counts, [1]);
    const empty = regionDifference(map, teacher, hot([0, 0, 0, -1], [1, 1, 4], 2));
    expectClose(empty.difference, [0]);
    expectClose(empty.counts, [0]);
  });

  test("of three regions the mean over the pairs that are present", () => {
    // student (1, 0), (1, 1), (0, 1); teacher all (1, 0): cosines √½, 0, √½ against 1
    const [own, other] = [tensor4d([1, 0, 1, 1, 0, 1], [1, 1, 3, 2]), tensor4d([1, 0, 1, 0, 1, 0], [1, 1, 3, 2])];
    const near = (1 - Math.SQRT1_2) ** 2;
    expectClose(regionDifference(own, other, hot([0, 1, 2], [1, 1, 3], 4)).difference, [(2 * near + 1) / 3], { tolerance: 1e-5 });
    expectClose(regionDifference(own, other, hot([0, 3, 3], [1, 1, 3], 4)).counts, [1]);
  });
});

const taps = ["encoder/4", "decoder/4", "logits"];
const { cases } = fixture("emkd");
test("the fixture has 16 cases", () => expect(cases.length).toBe(16));
test.each(cases.map((one) => [one.kind, one.student[0]!.shape[0], one.classes, one.absent, one] as const))(
  "PyTorch: %s maps, batch %i, %i classes, absent: %s",
  (_, batch, __, ___, one) => expectCase(trial(emkd(), named(one, taps), { height: 8, width: 12 }), one, taps, labels(batch, [8, 12], one)),
);

const sameRegions = (b: number) => tile(hot([0, 0, 1, 0, 1, 1, -1, 0, 2, 1, 0, 2], [1, 3, 4], 4), [b, 1, 1, 1]);
for (const temperature of [1, 4])
  describeProperties(`emkd's prediction maps, temperature ${temperature}`, {
    loss: ([own], [other]) => {
      return mean(predictionDifference(own!, other!, { temperature }), [1, 2]);
    },
    student: [[3, 4, 6, 5]],
    teacher: [[3, 4, 6, 5]],
  });
describeProperties("emkd's importance maps", {
  loss: ([own], [other]) => importanceDifference(own!, other!),
  student: [[3, 4, 6, 5]],
  teacher: [[3, 4, 6, 5]],
});
describeProperties("emkd's region affinities", {
  loss: ([own], [other]) => regionDifference(own!, other!, sameRegions(own!.shape[0])).difference,
  student: [[3, 3, 4, 5]],
  teacher: [[3, 3, 4, 5]],
});

describe("as a whole", () => {
  const seen = {
    student: { "encoder/4": random([3, 4, 6, 3], 1), "decoder/4": random([3, 2, 3, 5], 2), logits: random([3, 8, 12, 2], 3) },
    teacher: { "encoder/4": random([3, 4, 6, 4], 4), "decoder/4": random([3, 2, 3, 7], 5), logits: random([3, 8, 12, 2], 6) },
  };
  const picture = { height: 8, width: 12 };
  const known = labels(3, [8, 12], {});

  test("weights are 0.1, 0.9 and 0.9, and the temperature 4", () => {
    const one = trial(emkd(), seen, picture);
    expect(one.weights).toEqual({ "prediction-maps": 0.1, "importance-maps": 0.9, "region-affinity": 0.9 });
    const four = trial(emkd({ temperature: 4 }), seen, picture);
    expect(number(four.value("prediction-maps", seen))).toBe(number(one.value("prediction-maps", seen)));
    expect(trial(emkd({ prediction: 1, importance: 2, regions: 3 }), seen, picture).weights).toEqual({
      "prediction-maps": 1,
      "importance-maps": 2,
      "region-affinity": 3,
    });
  });

  test("an image that has lost a region in one of the maps counts in none", () => {
    const value = (y: number[]) =>
      number(
        trial(emkd(), seen, picture).value("region-affinity", {
          ...seen,
          ...known,
          labelled: tensor1d([1, 1, 1]),
          labels: hot(y, [3, 8, 12], 2),
        }),
      );
    // a pixel of class 1 in row 1 and column 1 is seen at 4 × 6 positions, not at 2 × 3, whose rows are 2 and 6
    const lone = (from: number) => Array.from({ length: 288 }, (_, i) => Number((i >= from && Math.floor(i / 4) % 2 === 0) || i === 13));
    const first = Array.from({ length: 288 }, (_, i) => Number(i >= 96 && Math.floor(i / 4) % 2 === 0));
    expect(value(lone(96))).toBeCloseTo(value(first), 6);
    expect(value(first)).toBeGreaterThan(1e-4);
  });

  test("a map 5 times as large is the same to importance maps and region affinities", () => {
    const larger = { ...seen, student: { ...seen.student, "encoder/4": mul<Tensor4D>(seen.student["encoder/4"], 5) } };
    for (const term of ["importance-maps", "region-affinity"]) {
      const [a, b] = [seen, larger].map((maps) => number(trial(emkd(), seen, picture).value(term, { ...maps, ...known }))) as [
        number,
        number,
      ];
      expect(b / a).toBeCloseTo(1, 5);
    }
  });
});
