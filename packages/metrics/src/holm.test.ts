import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { holm } from "./holm.js";

// From statsmodels: fixtures/statistics.py.
const fixture = JSON.parse(readFileSync(new URL("../fixtures/statistics.json", import.meta.url), "utf8")) as {
  readonly holm: readonly { readonly ps: readonly number[]; readonly expected: readonly number[] }[];
};

test("worked out by hand: smallest times 3, next times 2 but not below it; nulls do not count", () => {
  expect(holm([0.0625, 0.25, null, 0.1875])).toEqual([0.1875, 0.375, null, 0.375]);
  expect(holm([])).toEqual([]);
});

test.each(fixture.holm)("statsmodels: $ps", ({ ps, expected }) => {
  const found = holm(ps);
  expect(found).toHaveLength(expected.length);
  expected.forEach((p, i) => expect(found[i]).toBeCloseTo(p, 14));
});

test.each([-0.1, 1.5, NaN])("%d is no probability", (p) => {
  expect(() => holm([0.5, p])).toThrow(
    expect.objectContaining({
      ...{ name: "SegDistillError", code: "metrics-probability", exit: 2 },
      message: `[metrics] a p-value is ${p}. Expected a number from 0 to 1, or null where nothing was tested.`,
    }) as Error,
  );
});
