import { expect, test } from "vitest";
import type { CaseValue } from "./case-values.js";
import { pairedDifferences } from "./paired-differences.js";

const rows = (...cases: (readonly [string, string, number | null])[]): CaseValue[] =>
  cases.map(([id, group, value]) => ({ id, group, value }));
const user = (code: string, message: string) => expect.objectContaining({ name: "SegDistillError", code, exit: 2, message }) as Error;

test("a pair is one case of one seed; rows are sorted; a case that is null in one seed is left out of all", () => {
  const model = [rows(["b", "x", 0.5], ["a", "y", 1], ["c", "x", 1]), rows(["a", "y", 0.25], ["b", "x", 0.75], ["c", "x", null])];
  const against = [rows(["a", "y", 0.25], ["c", "x", 0], ["b", "x", 0.5]), rows(["a", "y", 0.5], ["b", "x", 0.25], ["c", "x", 0])];
  expect(pairedDifferences({ model, against })).toEqual({
    seeds: 2,
    cases: [
      { id: "a", group: "y", bySeed: [0.75, -0.25] },
      { id: "b", group: "x", bySeed: [0, 0.5] },
    ],
    nulls: 1,
  });
});

const same = "Expected the same cases on both sides. Evaluate both on the same data.";
const three = rows(["1", "x", 1], ["2", "x", 1], ["3", "y", 1]);

test("other cases are refused and named, up to five", () => {
  expect(() => pairedDifferences({ model: [three], against: [three.slice(1)] })).toThrow(
    user("metrics-cases", `[metrics] what it is compared with lacks 1 case that the model has: "1". ${same}`),
  );
  const many = rows(...["g", "f", "e", "d", "c", "b", "a"].map((id) => [id, "x", 1] as const));
  expect(() => pairedDifferences({ model: [three], against: [[...three, ...many]] })).toThrow(
    user(
      "metrics-cases",
      `[metrics] the model lacks 7 cases that what it is compared with has: "a", "b", "c", "d", "e" and 2 more. ${same}`,
    ),
  );
  expect(() => pairedDifferences({ model: [three, three], against: [three, three.slice(0, 1)] })).toThrow(
    user(
      "metrics-cases",
      `[metrics] what it is compared with, seed 2 of 2 lacks 2 cases that the model, seed 1 of 2 has: "2", "3". ${same}`,
    ),
  );
});

test("other groups, other seeds, no seeds are refused", () => {
  expect(() => pairedDifferences({ model: [three], against: [three.map((row) => ({ ...row, group: "z" }))] })).toThrow(
    user(
      "metrics-group",
      '[metrics] case "1" is of group "z" in what it is compared with and of group "x" in the model. Expected one group. Evaluate both on the same data.',
    ),
  );
  expect(() => pairedDifferences({ model: [three], against: [three, three] })).toThrow(
    user(
      "metrics-seeds",
      "[metrics] the model has 1 seed, what it is compared with has 2. Expected the same seeds on both sides: a pair is one case of one seed. Give the seeds that both have.",
    ),
  );
  expect(() => pairedDifferences({ model: [], against: [] })).toThrow(
    user(
      "metrics-no-seeds",
      "[metrics] no seeds were given, found an empty list. Expected the cases of at least one seed. Give one list of cases per seed.",
    ),
  );
});
