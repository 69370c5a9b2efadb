import { readFileSync } from "node:fs";
import { random } from "@segdistill/core/random";
import { expect, test } from "vitest";
import { bootstrapGain, type GainOptions } from "./bootstrap-gain.js";
import type { CaseValue } from "./case-values.js";

// From numpy: fixtures/scores.py.
const { bootstrap } = JSON.parse(readFileSync(new URL("../fixtures/scores.json", import.meta.url), "utf8")) as {
  readonly bootstrap: readonly {
    readonly cases: readonly { readonly id: string; readonly group: string; readonly baseline: number; readonly distilled: number }[];
    readonly level: number;
    readonly resamples: number;
    readonly uniform: readonly number[];
    readonly expected: { readonly mean: number; readonly low: number; readonly high: number };
  }[];
};

const replay = (numbers: readonly number[]) => {
  let at = 0;
  const keys: string[] = [];
  const draw = (key: string) => {
    keys.push(key);
    return { next: () => numbers[at++]! };
  };
  return { draw, keys, used: () => at };
};
const rows = (...cases: (readonly [string, string, number | null])[]): CaseValue[] =>
  cases.map(([id, group, value]) => ({ id, group, value }));
const user = (code: string, message: string) => expect.objectContaining({ name: "SegDistillError", code, exit: 2, message }) as Error;

// gains: patient x 0.25 and 0.75, patient y −0.5
const distilled = rows(["1", "x", 0.5], ["2", "x", 1], ["3", "y", 0.25]);
const baseline = rows(["3", "y", 0.75], ["1", "x", 0.25], ["2", "x", 0.25]);
const options: GainOptions = { distilled, baseline, draw: random, key: "0/gain/stare/dice" };

test("every resample of two groups, worked out by hand", () => {
  const { draw, keys, used } = replay([0, 0, 0.49, 0.5, 0.99, 0, 0.5, 0.75]);
  // xx 2/4 = 1/2, xy and yx 1/2 / 3 = 1/6, yy −1/2: quartiles at 0.75 and 2.25 of −1/2, 1/6, 1/6, 1/2
  const gain = bootstrapGain({ ...options, draw, level: 0.5, resamples: 4 });
  expect(gain).toEqual({
    mean: 1 / 6,
    low: expect.closeTo(-1 / 2 + 0.75 * (2 / 3), 14) as number,
    high: expect.closeTo(1 / 6 + 0.25 / 3, 14) as number,
    level: 0.5,
    n: 3,
    groups: 2,
    nulls: 0,
    method: "bootstrap over groups",
  });
  expect(keys).toEqual(["bootstrap over groups/0/gain/stare/dice"]);
  expect(used()).toBe(8);
});

test.each(bootstrap)("numpy on the same draws, level $level", ({ cases, level, resamples, uniform, expected }) => {
  const side = (which: "baseline" | "distilled") => cases.map(({ id, group, [which]: value }) => ({ id, group, value }));
  const { draw, used } = replay(uniform);
  const gain = bootstrapGain({ distilled: side("distilled"), baseline: side("baseline"), draw, key: "", level, resamples });
  expect(gain.mean).toBeCloseTo(expected.mean, 12);
  expect(gain.low).toBeCloseTo(expected.low, 12);
  expect(gain.high).toBeCloseTo(expected.high, 12);
  expect(used()).toBe(uniform.length);
});

test("10,000 resamples at 95 % unless said; the same key gives the same interval, whatever the order of the rows", () => {
  let used = 0;
  const counting = (key: string) => {
    const { next } = random(key);
    return { next: () => (used++, next()) };
  };
  const many = rows(...Array.from({ length: 84 }, (_, i) => [`c${i}`, `g${i % 12}`, random(`value ${i}`).normal()] as const));
  const zero = many.map((row) => ({ ...row, value: 0 }));
  const gain = bootstrapGain({ ...options, distilled: many, baseline: zero, draw: counting });
  expect(used).toBe(10_000 * 12);
  expect(gain.level).toBe(0.95);
  expect(bootstrapGain({ ...options, distilled: many.toReversed(), baseline: zero, draw: random })).toEqual(gain);
  expect(bootstrapGain({ ...options, distilled: many, baseline: zero, key: "1/gain/stare/dice" }).low).not.toBe(gain.low);
});

test("with single cases as groups the interval is about that of the normal distribution", () => {
  const values = Array.from({ length: 200 }, (_, i) => random(`normal ${i}`).normal());
  const many = rows(...values.map((value, i) => [`c${i}`, `g${i}`, value] as const));
  const { mean, low, high } = bootstrapGain({ ...options, distilled: many, baseline: many.map((row) => ({ ...row, value: 0 })) });
  const average = values.reduce((a, b) => a + b, 0) / 200;
  const error = Math.sqrt(values.reduce((sum, v) => sum + (v - average) ** 2, 0) / 199 / 200);
  expect(mean).toBeCloseTo(average, 12);
  expect((high! - low!) / (2 * 1.96 * error)).toBeGreaterThan(0.95);
  expect((high! - low!) / (2 * 1.96 * error)).toBeLessThan(1.05);
});

test("nulls on either side are left out and counted; a group that is left with nothing is no group", () => {
  const gain = bootstrapGain({
    ...options,
    distilled: [...distilled, ...rows(["4", "y", null], ["5", "z", 0.5])],
    baseline: [...baseline, ...rows(["4", "y", 0.5], ["5", "z", null])],
  });
  expect(gain).toEqual({ ...bootstrapGain(options), nulls: 2 });
  expect(gain).toMatchObject({ n: 3, groups: 2, nulls: 2 });
});

test("fewer than two groups have no interval, and the reason stands there", () => {
  const common = { low: null, high: null, level: 0.95, method: "bootstrap over groups" };
  expect(bootstrapGain({ ...options, distilled: distilled.slice(0, 2), baseline: baseline.slice(1) })).toEqual({
    ...common,
    mean: 0.5,
    n: 2,
    groups: 1,
    nulls: 0,
    reason: "one group says nothing about the spread between groups",
  });
  expect(bootstrapGain({ ...options, distilled: rows(["1", "x", null]), baseline: rows(["1", "x", 1]) })).toEqual({
    ...common,
    mean: null,
    n: 0,
    groups: 0,
    nulls: 1,
    reason: "no case has a value on both sides",
  });
});

test("sides that cannot be paired are refused", () => {
  const missing = (who: string, other: string) =>
    user(
      "metrics-case-missing",
      `[metrics] ${who} has no case "3", ${other} has. Expected the same cases on both sides. Evaluate both on the same data.`,
    );
  expect(() => bootstrapGain({ ...options, baseline: baseline.slice(1) })).toThrow(missing("baseline", "distilled"));
  expect(() => bootstrapGain({ ...options, distilled: distilled.slice(0, 2) })).toThrow(missing("distilled", "baseline"));
  expect(() => bootstrapGain({ ...options, baseline: baseline.map((row) => ({ ...row, group: "z" })) })).toThrow(
    user(
      "metrics-group",
      '[metrics] case "1" is of group "x" in distilled and of group "z" in baseline. Expected one group. Evaluate both on the same data.',
    ),
  );
});

test("numbers out of range are refused", () => {
  for (const level of [0, 1, 95, NaN]) {
    expect(() => bootstrapGain({ ...options, level })).toThrow(
      user("metrics-level", `[metrics] the level of the interval is ${level}. Expected a number between 0 and 1, such as 0.95.`),
    );
  }
  for (const resamples of [0, 1.5]) {
    expect(() => bootstrapGain({ ...options, resamples })).toThrow(
      user("metrics-resamples", `[metrics] ${resamples} resamples were asked for. Expected a whole number from 1 on, such as 10000.`),
    );
  }
  for (const number of [1, -0.5, NaN]) {
    expect(() => bootstrapGain({ ...options, draw: () => ({ next: () => number }) })).toThrow(
      user(
        "metrics-draw",
        `[metrics] \`draw\` gave ${number}. Expected numbers from 0 up to, not including, 1. Pass \`random\` of @segdistill/core/random.`,
      ),
    );
  }
});
