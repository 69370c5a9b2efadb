import { expect, test } from "vitest";
import { refusal } from "../test/refusal.js";
import { thin } from "./thin.js";

const samples = (values: readonly number[]) => values.map((value, i) => ({ step: i + 1, value }));

test("a short curve stays as it is", () => {
  expect(thin(samples([3, 1]), 2)).toEqual([
    { step: 1, value: 3, low: 3, high: 3 },
    { step: 2, value: 1, low: 1, high: 1 },
  ]);
  expect(thin([], 2)).toEqual([]);
});

test("runs of equal length become their mean and range; the last may be shorter", () => {
  // 7 samples to at most 3 points: runs of 3, 3 and 1
  expect(thin(samples([1, 2, 6, 4, 4, 4, 9]), 3)).toEqual([
    { step: 3, value: 3, low: 1, high: 6 },
    { step: 6, value: 4, low: 4, high: 4 },
    { step: 7, value: 9, low: 9, high: 9 },
  ]);
});

test("no peak is lost, however much is thinned", () => {
  const values = Array.from({ length: 10_000 }, (_, i) => (i === 4321 ? 1e6 : Math.sin(i)));
  const thinned = thin(samples(values), 500);
  expect(thinned.length).toBe(500);
  expect(Math.max(...thinned.map(({ high }) => high))).toBe(1e6);
});

test("a limit that leaves no curve", () => {
  const message = "[report] a curve was to be thinned to 1 points. Expected a whole number from 2 on, such as 160.";
  expect(() => thin(samples([1, 2, 3]), 1)).toThrow(refusal("report-thin", message));
});
