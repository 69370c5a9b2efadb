import { expect, test } from "vitest";
import { cautions } from "./cautions.js";

test("enough of both: nothing is said", () => {
  expect(cautions({ seeds: 3, groups: 5 })).toEqual([]);
});

test.each([
  [1, 5, ["One seed is too few (fewer than 3): how much another seed would change is not known."]],
  [2, 5, ["2 seeds are too few (fewer than 3): the interval says little about other seeds."]],
  [3, 1, ["One group is too few (fewer than 5): nothing is known about other groups."]],
  [3, 4, ["4 groups are too few (fewer than 5): the interval tends to be too narrow, and no p-value below 0.125 is possible."]],
  [3, 0, []],
])("%i seeds and %i groups", (seeds, groups, said) => {
  expect(cautions({ seeds, groups })).toEqual(said);
});

test("both together: seeds first", () => {
  expect(cautions({ seeds: 1, groups: 2 })).toEqual([
    "One seed is too few (fewer than 3): how much another seed would change is not known.",
    "2 groups are too few (fewer than 5): the interval tends to be too narrow, and no p-value below 0.5 is possible.",
  ]);
});
