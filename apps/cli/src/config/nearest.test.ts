import { expect, test } from "vitest";
import { distance, nearest } from "./nearest.js";

test("distances counted by hand", () => {
  // a change; an insertion; a swap of neighbours; "ca" → "abc": delete c, insert b and c (optimal string alignment)
  expect([
    distance("rate", "rata"),
    distance("step", "steps"),
    distance("stpes", "steps"),
    distance("ca", "abc"),
    distance("", "abc"),
  ]).toEqual([1, 1, 1, 3, 3]);
});

test("the nearest word, letter case aside, the first of equals", () => {
  expect(nearest("Sed", ["seeds", "seed"])).toBe("seed");
  expect(nearest("b", ["a", "c"])).toBe("a");
  expect(nearest("ab", ["ba", "axy"])).toBe("ba");
  expect(nearest("a", [])).toBeUndefined();
});
