import { grad, mul, sum, tensor4d, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expectClose } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { attention, attentionDifference, attentionMap } from "./attention.js";
import { expectCase, fixture, named } from "../test/fixture.js";
import { describeProperties, random } from "../test/properties.js";
import { number, trial } from "../test/trial.js";

await startEngine();

describe("by hand", () => {
  // 1 × 2 positions, two channels. Student: A = (3, 4), length 5. Teacher: A = (1, 0).
  const student = tensor4d([1, -2, -4, 0], [1, 1, 2, 2]);
  const teacher = tensor4d([0.5, 0.5, 0, 0], [1, 1, 2, 2]);

  test("the sum of absolute values, of length 1", () => {
    expectClose(attentionMap(student, { power: 1 }), [0.6, 0.8], { tolerance: 1e-6 });
    expectClose(attentionMap(teacher, { power: 1 }), [1, 0], { tolerance: 1e-6 });
  });

  test("the difference is ((0.6 − 1)² + 0.8²) / 2", () => {
    expectClose(attentionDifference(student, teacher, { power: 1 }), [0.4], { tolerance: 1e-6 });
  });

  test("power 2: A = (5, 16)", () => {
    const length = Math.sqrt(281);
    expectClose(attentionMap(student, { power: 2 }), [5 / length, 16 / length], { tolerance: 1e-6 });
  });

  test("a value of 0 has gradient 0: dL/dA = (−0.4 − 0.6·0.4, 0.8 − 0.8·0.4) / 5, then the sign", () => {
    // L = ½ Σ (Â − T̂)², with dL/dÂ = (−0.4, 0.8), ⟨dL/dÂ, Â⟩ = 0.4
    const slope = grad((x) => sum(attentionDifference(x as Tensor4D, teacher, { power: 1 })))(student);
    expectClose(slope, [-0.128, 0.128, -0.096, 0], { tolerance: 1e-5 });
  });
});

const taps = ["encoder/4", "decoder/4"];
const { cases } = fixture("attention");
test("the fixture has twelve cases", () => expect(cases.length).toBe(12));
test.each(cases.map((one) => [one.kind, one.student[0]!.shape[0], one.options!.power!, one] as const))(
  "PyTorch: %s maps, batch %i, power %i",
  (_, __, power, one) => expectCase(trial(attention({ power }), named(one, taps)), one, taps),
);

for (const power of [1, 2, 3])
  describeProperties(`attention, power ${power}`, {
    loss: ([own], [other]) => attentionDifference(own!, other!, { power }),
    student: [[3, 4, 6, 5]],
    teacher: [[3, 4, 6, 7]],
    zero: false,
  });
describeProperties("attention of equal channels", {
  loss: ([own], [other]) => attentionDifference(own!, other!, { power: 1 }),
  student: [[1, 5, 3, 4]],
  teacher: [[1, 5, 3, 4]],
});

describe("its own properties", () => {
  const [student, teacher] = [random([2, 4, 6, 5], 1), random([2, 4, 6, 3], 2)];

  test.each([1, 2])("a map 3 or 1/100 times as large is the same, power %i", (power) => {
    const plain = [...attentionDifference(student, teacher, { power }).dataSync()];
    expectClose(attentionDifference(mul(student, 3), mul(teacher, 0.01), { power }), plain, { tolerance: 1e-5 });
  });

  test("power 1 is the default, and taps add up", () => {
    const [s, t] = [
      { "encoder/4": student, "decoder/4": student },
      { "encoder/4": teacher, "decoder/4": student },
    ];
    const found = number(trial(attention(), { student: s, teacher: t }).value("maps", { student: s, teacher: t }));
    const [a, b] = attentionDifference(student, teacher, { power: 1 }).dataSync();
    expect(found).toBeCloseTo((a! + b!) / 2, 6);
  });
});
