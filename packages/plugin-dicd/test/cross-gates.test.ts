import { concat, reshape, tensor, tensor1d, type Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import type { DicdOptions } from "../src/index.js";
import { builtWith, meanOf, stepOf, type Half } from "./crossing.js";

await startEngine();

/** Two pictures alike, the second without labels, of five pixels in a row, the last of which is not valid. */
const twice = (values: readonly number[]): Tensor => tensor([...values, ...values], [2, 1, values.length, 1]);
const row = (...values: readonly number[]): Tensor => tensor([...values], [1, values.length]);
const [a, ln3] = [0.5 * Math.log(3), Math.log(3)]; // tanh a = ½

/**
 * One channel everywhere; the second class where tanh(skip · u + bottleneck) > 0. To the bottlenecks: the teacher's is a, the student's 0; their vectors ½ and 0. Through the teacher's aligner
 * the student's vector gives −a; through the student's, the teacher's gives ½ · 2 − 2 = −1 and its own −2.
 */
const teacher: Half = {
  bottleneck: twice([a]),
  skip: twice([0, 2, -2, 0, 40]),
  w: row(1),
  u: row(1),
  v: row(0, 2 * ln3),
  down: row(1),
  up: row(5),
  place: tensor1d([-a]),
};
const student: Half = {
  bottleneck: twice([0]),
  skip: twice([3, 4.5, 7.5, 6.3, -70]), // 1, 1.5, 2.5, 2.1 by u
  w: row(1),
  u: row(1 / 3),
  v: row(0, 2 * ln3),
  down: row(4),
  up: row(2),
  place: tensor1d([-2]),
};
/** Of the second class in the first picture: pixels 0, 1 and 3. */
const labels = concat([
  tensor([0, 1, 0, 1, 1, 0, 0, 1, 1, 0], [1, 1, 5, 2]),
  reshape(tensor1d([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), [1, 1, 5, 2]),
]);
const labelled = tensor1d([1, 0]);

/** What every gate measures, by name. */
const measured = (options: DicdOptions, ...[first, second = first]: (readonly number[])[]): Record<string, number> => {
  const step = stepOf(student, teacher, { labels, labelled, valid: tensor([...first!, ...second!], [2, 1, 5]) });
  const { gates = [] } = builtWith(options, student, teacher);
  return Object.fromEntries(gates.map(({ name, measure }) => [name, meanOf(measure(step)).dataSync()[0]!]));
};

test("Dice of both networks and of every cross prediction", () => {
  const found = measured({}, [1, 1, 1, 1, 0]);
  const expected = {
    "dice-of-teacher": 1, // 0, 1, 3
    "dice-of-student": 6 / 7, // 0, 1, 2, 3
    "dice-student-through-teacher": 2 / 4, // 1
    "dice-teacher-through-student": 4 / 6, // 1, 2, 3; a tie in 0
    "dice-student-through-itself": 2 / 5, // 2, 3
  };
  expect(Object.keys(found)).toEqual([...Object.keys(expected), "kl-student-through-teacher", "kl-teacher-through-student"]);
  for (const [name, dice] of Object.entries(expected)) expect(found[name], name).toBeCloseTo(dice, 6);
});

test("both parts of the loss apart, by the divergence that was chosen; pictures without labels count", () => {
  // in the first pixel p_T = (1/4, 3/4); through the teacher (3/4, 1/4), through the student (1/2, 1/2)
  const [none, first] = [[0, 0, 0, 0, 0], [1, 0, 0, 0, 0]]; // prettier-ignore
  const halves = (by: "kl" | "ce" | "mse"): readonly (number | undefined)[] => {
    const { [`${by}-student-through-teacher`]: toTeacher, [`${by}-teacher-through-student`]: toStudent } = measured(
      { divergence: by },
      none,
      first,
    );
    return [toTeacher, toStudent];
  };
  const close = (found: readonly (number | undefined)[], expected: readonly number[]) =>
    expected.forEach((x, i) => expect(found[i]).toBeCloseTo(x, 6));
  close(halves("kl"), [0.5 * ln3, 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5)]);
  close(halves("ce"), [Math.log(4), Math.log(2)]);
  close(halves("mse"), [0.25, 0.0625]);
});

test("the same for the ablation; none fails but what is no number", () => {
  expect(measured({ headers: "own" }, [1, 1, 1, 1, 0])).toEqual(measured({}, [1, 1, 1, 1, 0]));
  for (const { accept, otherwise } of builtWith({}, student, teacher).gates!) expect([accept(0, {}), otherwise]).toEqual([true, "warn"]);
});
