import { expect, test } from "vitest";
import { examplesOf } from "./examples.js";

const cases = (...values: readonly (number | null)[]) =>
  values.map((dice, i) => ({ id: `c${i}`, group: "g", dice, ...(dice === null && { reasons: { dice: "empty" } }) }));

test("best, median and worst; nulls are left out", () => {
  expect(examplesOf(cases(0.5, null, 0.9, 0.1, 0.7), "dice")).toEqual([
    { rank: "best", id: "c2" },
    { rank: "median", id: "c0" },
    { rank: "worst", id: "c3" },
  ]);
});

test("equal values stand in the order of ids; no picture is shown twice", () => {
  expect(examplesOf(cases(0.5, 0.5, 0.5), "dice").map(({ id }) => id)).toEqual(["c0", "c1", "c2"]);
  expect(examplesOf(cases(0.4, 0.5), "dice")).toEqual([
    { rank: "best", id: "c1" },
    { rank: "worst", id: "c0" },
  ]);
  expect(examplesOf(cases(null, 0.5), "dice")).toEqual([{ rank: "best", id: "c1" }]);
  expect(examplesOf(cases(null), "dice")).toEqual([]);
});

test("of a distance the smallest is best", () => {
  const far = [3, 1, 2].map((hd95Mm, i) => ({ id: `c${i}`, group: "g", hd95Mm }));
  expect(examplesOf(far, "hd95Mm").map(({ id }) => id)).toEqual(["c1", "c2", "c0"]);
});
