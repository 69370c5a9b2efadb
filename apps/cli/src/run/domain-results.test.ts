import { measure } from "@segdistill/metrics";
import { expect, test } from "vitest";
import { domainResults } from "./domain-results.js";

test("per picture, mean and pooled, and reasons where there is no number", () => {
  const row = (id: string, truth: number[], prediction: number[]) => ({
    id,
    group: `g${id}`,
    measured: measure({ truth: Uint8Array.from(truth), prediction: Uint8Array.from(prediction), valid: null, classes: 2, scores: null }),
  });
  const rows = [row("a", [1, 1, 0, 0], [1, 0, 0, 0]), row("b", [1, 0, 0, 0], [1, 1, 0, 0]), row("c", [1, 1, 1, 1], [1, 1, 1, 1])];
  const { cases, mean, sd = {}, pooled } = domainResults(rows, ["dice", "specificity"]);
  // by hand: a 2·1/(2+1), b 2·1/(1+2), c 1; pooled 2·6/(7+7); specificity a 2/2, b 2/3, pooled 4/5
  expect(cases.map((c) => c["dice"])).toEqual([2 / 3, 2 / 3, 1]);
  expect(cases[0]).toEqual({ id: "a", group: "ga", dice: 2 / 3, specificity: 1 });
  expect(cases[2]!["specificity"]).toBeNull();
  expect(Object.keys(cases[2]!["reasons"] as object)).toEqual(["specificity"]);
  expect(mean["dice"]).toBeCloseTo(7 / 9, 12);
  expect(sd["dice"]).toBeCloseTo(Math.sqrt((2 * (1 / 9) ** 2 + (2 / 9) ** 2) / 2), 12);
  expect(pooled).toEqual({ dice: 12 / 14, specificity: 4 / 5 });
});
