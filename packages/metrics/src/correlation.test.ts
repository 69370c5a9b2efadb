import { readFileSync } from "node:fs";
import { random } from "@segdistill/core/random";
import { expect, test } from "vitest";
import { correlation } from "./correlation.js";

// From SciPy: fixtures/correlation.py.
const { cases } = JSON.parse(readFileSync(new URL("../fixtures/correlation.json", import.meta.url), "utf8")) as {
  readonly cases: readonly {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly rho: number;
    readonly r: number;
    readonly exact: number | null;
    readonly approximate: number;
  }[];
};
const options = { draw: random, key: "0" };

test("worked out by hand", () => {
  // ranks 1 2 3 4 against 1 3 2 4: d² = 0 1 1 0, rho = 1 − 6 · 2 / (4 · 15) = 0.8. Of 24 orders |rho| ≥ 0.8 for Σd² ≤ 2 (1 + 3) and ≥ 18 (1 + 3): p = 8/24
  // r: both means 2.5; Σ(x − x̄)(y − ȳ) = 3.75 − 0.25 − 0.25 + 3.75 = 7, Σ(x − x̄)² = 5, Σ(y − ȳ)² = 6.25 + 0.25 + 0.25 + 6.25 = 13
  const found = correlation([1, 2, 3, 4], [0, 3, 2, 5], options);
  expect(found).toEqual({ n: 4, rho: 0.8, p: 8 / 24, permutations: 24, method: "all permutations", r: expect.closeTo(7 / Math.sqrt(65), 12) as number }); // prettier-ignore
});

test("ties share their mean rank, worked out by hand", () => {
  // ranks 1 2.5 2.5 against 1 2 3, less 2: (−1 0.5 0.5)·(−1 0 1) = 1.5, over √(1.5 · 2). Of 6 orders 4 have 1.5 in size (1 beside the least or the greatest), 2 have 0
  expect(correlation([5, 7, 7], [1, 2, 4], options)).toMatchObject({ rho: 1.5 / Math.sqrt(3), p: 4 / 6, permutations: 6 });
});

test.each(cases)("SciPy: rho $rho of $x.length units", ({ x, y, rho, r, exact, approximate }) => {
  const found = correlation(x, y, options);
  expect([found.rho, found.r]).toEqual([expect.closeTo(rho, 12), expect.closeTo(r, 12)]);
  if (exact !== null) expect(found).toMatchObject({ p: expect.closeTo(exact, 12) as number, method: "all permutations" });
  else {
    expect(found).toMatchObject({ permutations: 99_999, method: "random permutations" });
    expect(Math.abs(found.p! - approximate)).toBeLessThan(0.004 + 0.1 * approximate);
  }
});
test("both ways of p stand in the fixture", () => {
  expect(cases.map(({ exact }) => exact !== null).filter(Boolean).length).toBe(7);
  expect(cases.length).toBe(10);
});

test("random permutations: 10 units of 10! orders, of which two are perfect; the key decides", () => {
  const x = Array.from({ length: 10 }, (_, i) => i);
  const found = correlation(x, x, { ...options, resamples: 999 });
  expect(found).toMatchObject({ rho: 1, r: 1, p: 1 / 1000, permutations: 999, method: "random permutations" });
  const y = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3];
  const p = (key: string) => correlation(x, y, { draw: random, key, resamples: 999 }).p;
  expect(p("a")).toBe(p("a"));
  expect(p("a")).not.toBe(p("b"));
});
test("every place of an order may be drawn, its own too: numbers next to 1 leave all as it is", () => {
  const x = Array.from({ length: 10 }, (_, i) => i);
  expect(correlation(x, x, { draw: () => ({ next: () => 1 - 2 ** -32 }), key: "", resamples: 9 })).toMatchObject({ rho: 1, p: 1 });
});

test("what does not change it: order of units, scale, sides; the sign turns with a side", () => {
  const { x, y } = cases[3]!;
  const found = correlation(x, y, options);
  const near = { ...found, r: expect.closeTo(found.r!, 12) as number };
  expect(correlation(x.toReversed(), y.toReversed(), options)).toEqual(near);
  expect(correlation(y, x, options)).toEqual(near);
  expect(correlation(x.map((value) => 1e-200 * value), y.map((value) => 1e200 * value + 1e199), options)).toEqual(near); // prettier-ignore
  expect(correlation(x, y.map((value) => -value), options)).toEqual({ ...near, rho: -found.rho!, r: expect.closeTo(-found.r!, 12) as number }); // prettier-ignore
  expect(correlation(x.map((value) => Math.exp(value)), y, options)).toMatchObject({ rho: found.rho, p: found.p }); // prettier-ignore
});

test("nothing to say: null with the reason, never NaN", () => {
  const none = (x: readonly number[], y: readonly number[]) => {
    const { rho, p, r, ...found } = correlation(x, y, options);
    expect([rho, p, r]).toEqual([null, null, null]);
    return found;
  };
  expect(none([], [])).toEqual({ n: 0, reason: "there is no pair: fewer than 3 say nothing" });
  expect(none([1], [2])).toEqual({ n: 1, reason: "there is one pair: fewer than 3 say nothing" });
  expect(none([1, 2], [2, 1])).toEqual({ n: 2, reason: "there are two pairs: fewer than 3 say nothing" });
  expect(none([1, 1, 1], [1, 2, 3])).toEqual({ n: 3, reason: "all values of x are equal" });
  expect(none([1, 2, 3], [0, -0, 0])).toEqual({ n: 3, reason: "all values of y are equal" });
});

test.each([
  [
    () => correlation([1, 2, 3], [1, 2], options),
    "metrics-pairs",
    "[metrics] x has 3 values, y has 2. Expected the same units in the same order in both. Leave out what one of them lacks.",
  ],
  [
    () => correlation([1, 2, 3], [1, NaN, 2], options),
    "metrics-value",
    '[metrics] y: case "2" has the value NaN. Expected a finite number, or null where it could not be computed. Use null with a reason.',
  ],
  [
    () => correlation([1, 2, 3], [1, 3, 2], { ...options, resamples: 0 }),
    "metrics-resamples",
    "[metrics] 0 resamples were asked for. Expected a whole number from 1 on, such as 10000.",
  ],
  [
    () => correlation([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 3, 2, 4, 5, 6, 7, 8, 9, 10], { draw: () => ({ next: () => 1 }), key: "" }),
    "metrics-draw",
    "[metrics] `draw` gave 1. Expected numbers from 0 up to, not including, 1. Pass `random` of @segdistill/core/random.",
  ],
])("refused: %#", (act, code, message) => {
  expect(act).toThrow(expect.objectContaining({ name: "SegDistillError", code, exit: 2, message }) as Error);
});
