import { AssertionError } from "node:assert";
import { expect, test } from "vitest";
import { failedChecks } from "./failed-checks.js";

const checks = {
  "is even": (n: number) => expect(n % 2).toBe(0),
  "is small": (n: number) => {
    if (n > 9) throw new AssertionError({ message: "large" });
  },
  "is a number": (n: number) => {
    if (Number.isNaN(n)) throw new TypeError("broke down");
  },
};

test("names what fails, by vitest's assertions and node's", () => {
  expect(failedChecks(checks, 4)).toEqual([]);
  expect(failedChecks(checks, 11)).toEqual(["is even", "is small"]);
  expect(failedChecks(checks, 11, 1)).toEqual(["is even"]);
});
test("what breaks down is not told by a check, unless another one tells", () => {
  expect(() => failedChecks({ "is a number": checks["is a number"], "is small": checks["is small"] }, NaN)).toThrow("broke down");
  expect(failedChecks(checks, NaN)).toEqual(["is even"]);
});
