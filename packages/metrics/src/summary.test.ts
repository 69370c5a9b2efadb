import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { quantile } from "./quantile.js";
import { summarise } from "./summary.js";

// From numpy: fixtures/scores.py.
const fixture = JSON.parse(readFileSync(new URL("../fixtures/scores.json", import.meta.url), "utf8")) as {
  readonly summary: { readonly values: readonly number[]; readonly mean: number; readonly sd: number };
  readonly quantiles: readonly { readonly q: number; readonly expected: number }[];
};

test("numbers worked out by hand; nulls are left out and counted", () => {
  // mean 5; deviations −3, −1, 4: 26 / 2
  expect(summarise([2, null, 4, 9, null])).toEqual({ mean: { value: 5 }, sd: { value: Math.sqrt(13) }, n: 3, nulls: 2 });
});

test("numpy: mean and sample deviation", () => {
  const { mean, sd } = summarise(fixture.summary.values);
  expect(mean.value).toBeCloseTo(fixture.summary.mean, 12);
  expect(sd.value).toBeCloseTo(fixture.summary.sd, 12);
});

test("too few values", () => {
  expect(summarise([null, 0.5])).toEqual({ mean: { value: 0.5 }, sd: { value: null, reason: "one value has no spread" }, n: 1, nulls: 1 });
  const none = { value: null, reason: "no value could be computed (2 null)" };
  expect(summarise([null, null])).toEqual({ mean: none, sd: none, n: 0, nulls: 2 });
  const empty = { value: null, reason: "no pictures" };
  expect(summarise([])).toEqual({ mean: empty, sd: empty, n: 0, nulls: 0 });
});

test("numpy: quantiles interpolate linearly", () => {
  expect(fixture.quantiles).toHaveLength(6);
  const ascending = Float64Array.from(fixture.summary.values).sort();
  for (const { q, expected } of fixture.quantiles) expect(quantile(ascending, q)).toBeCloseTo(expected, 12);
});
