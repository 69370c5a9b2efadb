import { expect, test } from "vitest";
import type { CaseValue } from "./case-values.js";
import { averageSeeds } from "./seeds.js";

const row = (id: string, value: number | null, group = "g"): CaseValue => ({ id, group, value });
const user = (code: string, message: string) => expect.objectContaining({ name: "SegDistillError", code, exit: 2, message }) as Error;

test("values are averaged per case, in the order of the first seed", () => {
  expect(
    averageSeeds([
      [row("b", 0.5), row("a", 0.25, "h"), row("c", null)],
      [row("a", 0.75, "h"), row("c", null), row("b", null)],
    ]),
  ).toEqual([
    { id: "b", group: "g", value: 0.5, nulls: 1 },
    { id: "a", group: "h", value: 0.5, nulls: 0 },
    { id: "c", group: "g", value: null, nulls: 2 },
  ]);
});

test("seeds that do not hold the same cases are refused", () => {
  expect(() => averageSeeds([])).toThrow(
    user(
      "metrics-no-seeds",
      "[metrics] no seeds were given, found an empty list. Expected the cases of at least one seed. Give one list of cases per seed.",
    ),
  );
  expect(() => averageSeeds([[row("a", 1), row("b", 1)], [row("a", 1)]])).toThrow(
    user(
      "metrics-cases",
      '[metrics] seed 2 lacks 1 case that the first seed has: "b". Expected the same cases on both sides. Evaluate both on the same data.',
    ),
  );
  expect(() => averageSeeds([[row("a", 1)], [row("a", 1), row("b", 1)]])).toThrow(
    user(
      "metrics-cases",
      '[metrics] the first seed lacks 1 case that seed 2 has: "b". Expected the same cases on both sides. Evaluate both on the same data.',
    ),
  );
  expect(() => averageSeeds([[row("a", 1)], [row("a", 1, "h")]])).toThrow(
    user(
      "metrics-group",
      '[metrics] case "a" is of group "h" in seed 2 and of group "g" in the first seed. Expected one group. Evaluate both on the same data.',
    ),
  );
  expect(() => averageSeeds([[row("a", 1), row("a", 2)]])).toThrow(
    user(
      "metrics-case-twice",
      '[metrics] seed 1 of 1: case "a" stands there twice. Expected every case once. Give each seed a list of its own.',
    ),
  );
  expect(() => averageSeeds([[row("a", NaN)]])).toThrow(
    user(
      "metrics-value",
      '[metrics] seed 1 of 1: case "a" has the value NaN. Expected a finite number, or null where it could not be computed. Use null with a reason.',
    ),
  );
});
