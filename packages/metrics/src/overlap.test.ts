import { expect, test } from "vitest";
import type { Counts } from "./counts.js";
import { accuracy, dice, diceOfClass, iou, iouOfClass, meanIou, precision, sensitivity, specificity } from "./overlap.js";

const two = (...matrix: number[]): Counts => ({ classes: 2, matrix });

test("scores of the picture counted by hand: TN 3, FP 2, FN 1, TP 4", () => {
  const counts = two(3, 2, 1, 4);
  expect(dice(counts)).toEqual({ value: 8 / 11 });
  expect(iou(counts)).toEqual({ value: 4 / 7 });
  expect(sensitivity(counts)).toEqual({ value: 4 / 5 });
  expect(specificity(counts)).toEqual({ value: 3 / 5 });
  expect(precision(counts)).toEqual({ value: 4 / 6 });
  expect(accuracy(counts)).toEqual({ value: 7 / 10 });
  expect(iouOfClass(counts, 0)).toEqual({ value: 3 / 6 });
  expect(diceOfClass(counts, 0)).toEqual({ value: 6 / 9 });
  expect(meanIou(counts)).toEqual({ value: (3 / 6 + 4 / 7) / 2 });
});

test("an empty truth with an empty prediction: no overlap to speak of", () => {
  const empty = two(12, 0, 0, 0);
  const neither = { value: null, reason: "the class is neither in the truth nor in the prediction" };
  expect(dice(empty)).toEqual(neither);
  expect(iou(empty)).toEqual(neither);
  expect(sensitivity(empty)).toEqual({ value: null, reason: "the class is not in the truth" });
  expect(precision(empty)).toEqual({ value: null, reason: "the class is not predicted" });
  expect(specificity(empty)).toEqual({ value: 1 });
  expect(accuracy(empty)).toEqual({ value: 1 });
  expect(meanIou(empty)).toEqual({
    value: 1,
    note: "mean of 1 of 2 classes; class 1: the class is neither in the truth nor in the prediction",
  });
});

test("one side empty is 0, a full truth has no specificity", () => {
  expect(dice(two(9, 3, 0, 0))).toEqual({ value: 0 });
  expect(sensitivity(two(9, 3, 0, 0))).toEqual({ value: null, reason: "the class is not in the truth" });
  expect(dice(two(9, 0, 3, 0))).toEqual({ value: 0 });
  expect(precision(two(9, 0, 3, 0))).toEqual({ value: null, reason: "the class is not predicted" });
  expect(specificity(two(0, 0, 2, 5))).toEqual({ value: null, reason: "the truth is nothing but the class" });
});

test("no pixel counts", () => {
  for (const metric of [dice, iou, meanIou, sensitivity, specificity, precision, accuracy]) {
    expect(metric(two(0, 0, 0, 0))).toEqual({ value: null, reason: "no pixel counts" });
  }
});

test("several foreground classes: their mean, without the background and without those of 0/0", () => {
  // truth 1: 3 found, 1 taken for 3; truth 3: 2 found; class 2 nowhere
  // prettier-ignore
  const counts: Counts = { classes: 4, matrix: [
    5, 0, 0, 0,
    0, 3, 0, 1,
    0, 0, 0, 0,
    0, 0, 0, 2] };
  const note = "mean of 2 of 3 classes; class 2: the class is neither in the truth nor in the prediction";
  expect(dice(counts)).toEqual({ value: (6 / 7 + 4 / 5) / 2, note });
  expect(iou(counts)).toEqual({ value: (3 / 4 + 2 / 3) / 2, note });
  expect(meanIou(counts)).toEqual({ value: (1 + 3 / 4 + 2 / 3) / 3, note: note.replace("2 of 3", "3 of 4") });
  expect(specificity(counts)).toEqual({ value: (1 + 1 + 8 / 9) / 3 });
  expect(accuracy(counts)).toEqual({ value: 10 / 11 });
  // prettier-ignore
  expect(sensitivity({ classes: 3, matrix: [4, 1, 0, 0, 0, 0, 0, 0, 0] })).toEqual({
    value: null, reason: "class 1: the class is not in the truth; class 2: the class is not in the truth" });
});
