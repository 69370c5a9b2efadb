import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { twoSidedNormal } from "./normal.js";
import { wilcoxon } from "./wilcoxon.js";

// From SciPy: fixtures/statistics.py.
const fixture = JSON.parse(readFileSync(new URL("../fixtures/statistics.json", import.meta.url), "utf8")) as {
  readonly normal: readonly { readonly z: number; readonly p: number }[];
  readonly wilcoxon: readonly {
    readonly differences: readonly number[];
    readonly expected: {
      readonly [name in "p" | "plus" | "minus" | "effect" | "pairs" | "zeros"]: number;
    } & { readonly method: string };
  }[];
};

test("exact, worked out by hand", () => {
  // ranks 1 2 3 4, only the 2 is negative: W⁻ = 2. Of 16 signs W ≤ 2 for {}, {1}, {2}: p = 2 · 3/16; r = (8 − 2) / 10
  expect(wilcoxon([1, -2, 0, 3, 4])).toEqual({ pairs: 4, zeros: 1, plus: 8, minus: 2, p: 6 / 16, effect: 0.6, method: "exact" });
});

test("ties share their rank and narrow the normal approximation, worked out by hand", () => {
  // sizes 1, 1, 2: ranks 1.5, 1.5, 3; W⁺ = 4.5, W⁻ = 1.5; mean 3, variance 3·4·7/24 − 6/48 = 27/8
  const found = wilcoxon([1, -1, 2]);
  expect(found).toEqual({ pairs: 3, zeros: 0, plus: 4.5, minus: 1.5, p: found.p, effect: 0.5, method: "normal approximation" });
  expect(found.p).toBeCloseTo(0.414216178242525, 12); // erfc(1.5 / √(27/8) / √2)
});

test("the two methods stand in the fixture, with and without ties and zeros", () => {
  const kinds = fixture.wilcoxon.map(({ expected: { method, zeros } }) => `${method}, ${zeros > 0 ? "zeros" : "no zeros"}`);
  expect([...new Set(kinds)].sort()).toEqual([
    "exact, no zeros",
    "exact, zeros",
    "normal approximation, no zeros",
    "normal approximation, zeros",
  ]);
});

test.each(fixture.wilcoxon)("SciPy: $expected.method of $expected.pairs pairs, $expected.zeros zeros", ({ differences, expected }) => {
  const { p, effect, ...counts } = wilcoxon(differences);
  const { p: wanted, effect: r, ...others } = expected;
  expect(counts).toEqual(others);
  expect(p! / wanted).toBeCloseTo(1, 9);
  expect(effect).toBeCloseTo(r, 12);
  expect(wilcoxon(differences.toReversed())).toEqual(wilcoxon(differences));
  expect(wilcoxon(differences.map((d) => -d))).toMatchObject({ plus: expected.minus, minus: expected.plus });
});

test("nothing that differs: null with the reason, never NaN", () => {
  expect(wilcoxon([])).toEqual({ pairs: 0, zeros: 0, p: null, effect: null, reason: "there is no pair" });
  expect(wilcoxon([0, -0])).toEqual({ pairs: 0, zeros: 2, p: null, effect: null, reason: "no pair differs" });
  expect(wilcoxon([0, -3])).toMatchObject({ pairs: 1, p: 1, effect: -1 });
});

test("a difference that is no number is refused", () => {
  expect(() => wilcoxon([1, NaN])).toThrow(
    expect.objectContaining({
      ...{ name: "SegDistillError", code: "metrics-value", exit: 2 },
      message:
        '[metrics] differences: case "2" has the value NaN. Expected a finite number, or null where it could not be computed. Use null with a reason.',
    }) as Error,
  );
});

test.each(fixture.normal)("SciPy: two-sided normal probability at $z", ({ z, p }) => {
  expect(twoSidedNormal(z) / p).toBeCloseTo(1, 9);
  expect(twoSidedNormal(-z)).toBe(twoSidedNormal(z));
});
