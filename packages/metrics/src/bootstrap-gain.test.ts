import { readFileSync } from "node:fs";
import { random } from "@segdistill/core/random";
import { expect, test } from "vitest";
import { bootstrapGain, type GainOptions } from "./bootstrap-gain.js";
import type { CaseValue } from "./case-values.js";

// From numpy: fixtures/scores.py (one seed) and fixtures/statistics.py (several).
const { bootstrap } = JSON.parse(readFileSync(new URL("../fixtures/scores.json", import.meta.url), "utf8")) as {
  readonly bootstrap: readonly {
    readonly cases: readonly { readonly id: string; readonly group: string; readonly baseline: number; readonly distilled: number }[];
    readonly level: number;
    readonly resamples: number;
    readonly uniform: readonly number[];
    readonly expected: { readonly mean: number; readonly low: number; readonly high: number };
  }[];
};

const { bootstrap: crossed } = JSON.parse(readFileSync(new URL("../fixtures/statistics.json", import.meta.url), "utf8")) as {
  readonly bootstrap: readonly {
    readonly cases: readonly {
      readonly id: string;
      readonly group: string;
      readonly model: readonly number[];
      readonly against: readonly number[];
    }[];
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

// differences: patient x 0.25 and 0.75, patient y −0.5
const model = rows(["1", "x", 0.5], ["2", "x", 1], ["3", "y", 0.25]);
const against = rows(["3", "y", 0.75], ["1", "x", 0.25], ["2", "x", 0.25]);
const options: GainOptions = { model: [model], against: [against], draw: random, key: "0/gain/stare/dice" };
const few = [
  "One seed is too few (fewer than 3): how much another seed would change is not known.",
  "2 groups are too few (fewer than 5): the interval tends to be too narrow, and no p-value below 0.5 is possible.",
];

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
    seeds: 1,
    nulls: 0,
    method: "bootstrap over groups",
    // over the groups: x 0.5, y −0.5
    test: { pairs: 2, zeros: 0, plus: 1.5, minus: 1.5, p: 1, effect: 0, method: "normal approximation" },
    cautions: few,
  });
  expect(keys).toEqual(["bootstrap over groups/0/gain/stare/dice"]);
  expect(used()).toBe(8);
});

test.each(bootstrap)("numpy on the same draws, level $level", ({ cases, level, resamples, uniform, expected }) => {
  const side = (which: "baseline" | "distilled") => cases.map(({ id, group, [which]: value }) => ({ id, group, value }));
  const { draw, used } = replay(uniform);
  const gain = bootstrapGain({ model: [side("distilled")], against: [side("baseline")], draw, key: "", level, resamples });
  expect(gain.mean).toBeCloseTo(expected.mean, 12);
  expect(gain.low).toBeCloseTo(expected.low, 12);
  expect(gain.high).toBeCloseTo(expected.high, 12);
  expect(used()).toBe(uniform.length);
});

test("every resample of two seeds and two groups, worked out by hand: seeds and groups are drawn apart", () => {
  // groups of one case: seed 1 gives x 1, y 3; seed 2 gives x 5, y −1; means of the four corners of (seeds drawn) × (groups drawn)
  const seeds = [rows(["1", "x", 1], ["2", "y", 3]), rows(["1", "x", 5], ["2", "y", -1])];
  const zero = seeds.map((list) => list.map((row) => ({ ...row, value: 0 })));
  const { draw, keys, used } = replay([0, 0, 0, 0.9, 0, 0.9, 0, 0, 0.5, 0.5, 0.5, 0.9]);
  // seeds 11, groups xy: 2; seeds 12, groups xx: 3; seeds 22, groups yy: −1; median 2, lowest −1, highest 3
  const gain = bootstrapGain({ ...options, model: seeds, against: zero, draw, level: 0.9999999, resamples: 3 });
  expect(gain).toMatchObject({ mean: 2, n: 2, groups: 2, seeds: 2, nulls: 0, method: "bootstrap over seeds and groups" });
  expect(gain.low).toBeCloseTo(-1, 5);
  expect(gain.high).toBeCloseTo(3, 5);
  // over the groups, each averaged over the seeds: x 3, y 1
  expect(gain.test).toEqual({ pairs: 2, zeros: 0, plus: 3, minus: 0, p: 0.5, effect: 1, method: "exact" });
  expect(gain.cautions).toEqual(["2 seeds are too few (fewer than 3): the interval says little about other seeds.", few[1]]);
  expect(keys).toEqual(["bootstrap over seeds and groups/0/gain/stare/dice"]);
  expect(used()).toBe(12);
});

test.each(crossed)("numpy on the same draws of seeds and groups, level $level", ({ cases, level, resamples, uniform, expected }) => {
  const seeds = cases[0]!.model.map((_, s) => s);
  const side = (which: "model" | "against") =>
    seeds.map((s) => cases.map(({ id, group, [which]: values }) => ({ id, group, value: values[s]! })));
  const { draw, used } = replay(uniform);
  const gain = bootstrapGain({ model: side("model"), against: side("against"), draw, key: "", level, resamples });
  expect(gain.mean).toBeCloseTo(expected.mean, 12);
  expect(gain.low).toBeCloseTo(expected.low, 12);
  expect(gain.high).toBeCloseTo(expected.high, 12);
  expect(used()).toBe(uniform.length);
});

test("what differs between seeds widens the interval; the same seed twice does not narrow it", () => {
  const cases = Array.from({ length: 12 }, (_, i) => [`c${i}`, `g${i}`, random(`crossed ${i}`).normal()] as const);
  const zero = rows(...cases.map(([id, group]) => [id, group, 0] as const));
  const shifted = (by: number) => rows(...cases.map(([id, group, value]) => [id, group, value + by] as const));
  const width = (...seeds: readonly (readonly CaseValue[])[]): number => {
    const { low, high } = bootstrapGain({ ...options, model: seeds, against: seeds.map(() => zero) });
    return high! - low!;
  };
  const one = width(shifted(0));
  expect(width(shifted(0), shifted(0), shifted(0)) / one).toBeCloseTo(1, 1);
  expect(width(shifted(-1), shifted(0), shifted(1)) / one).toBeGreaterThan(1.5);
});

test("10,000 resamples at 95 % unless said; the same key gives the same interval, whatever the order of the rows", () => {
  let used = 0;
  const counting = (key: string) => {
    const { next } = random(key);
    return { next: () => (used++, next()) };
  };
  const many = rows(...Array.from({ length: 84 }, (_, i) => [`c${i}`, `g${i % 12}`, random(`value ${i}`).normal()] as const));
  const zero = many.map((row) => ({ ...row, value: 0 }));
  const gain = bootstrapGain({ ...options, model: [many], against: [zero], draw: counting });
  expect(used).toBe(10_000 * 12);
  expect(gain.level).toBe(0.95);
  expect(bootstrapGain({ ...options, model: [many.toReversed()], against: [zero], draw: random })).toEqual(gain);
  expect(bootstrapGain({ ...options, model: [many], against: [zero], key: "1/gain/stare/dice" }).low).not.toBe(gain.low);
});

test("with single cases as groups the interval is about that of the normal distribution", () => {
  const values = Array.from({ length: 200 }, (_, i) => random(`normal ${i}`).normal());
  const many = rows(...values.map((value, i) => [`c${i}`, `g${i}`, value] as const));
  const { mean, low, high } = bootstrapGain({ ...options, model: [many], against: [many.map((row) => ({ ...row, value: 0 }))] });
  const average = values.reduce((a, b) => a + b, 0) / 200;
  const error = Math.sqrt(values.reduce((sum, v) => sum + (v - average) ** 2, 0) / 199 / 200);
  expect(mean).toBeCloseTo(average, 12);
  expect((high! - low!) / (2 * 1.96 * error)).toBeGreaterThan(0.95);
  expect((high! - low!) / (2 * 1.96 * error)).toBeLessThan(1.05);
});

test("nulls on either side are left out and counted; a group that is left with nothing is no group", () => {
  const gain = bootstrapGain({
    ...options,
    model: [[...model, ...rows(["4", "y", null], ["5", "z", 0.5])]],
    against: [[...against, ...rows(["4", "y", 0.5], ["5", "z", null])]],
  });
  expect(gain).toEqual({ ...bootstrapGain(options), nulls: 2 });
  expect(gain).toMatchObject({ n: 3, groups: 2, nulls: 2 });
});

test("fewer than two groups have no interval, and the reason stands there", () => {
  const common = { low: null, high: null, level: 0.95, seeds: 1, method: "bootstrap over groups" };
  expect(bootstrapGain({ ...options, model: [model.slice(0, 2)], against: [against.slice(1)] })).toEqual({
    ...common,
    mean: 0.5,
    n: 2,
    groups: 1,
    nulls: 0,
    test: { pairs: 1, zeros: 0, plus: 1, minus: 0, p: 1, effect: 1, method: "exact" },
    cautions: [few[0], "One group is too few (fewer than 5): nothing is known about other groups."],
    reason: "one group says nothing about the spread between groups",
  });
  expect(bootstrapGain({ ...options, model: [rows(["1", "x", null])], against: [rows(["1", "x", 1])] })).toEqual({
    ...common,
    mean: null,
    n: 0,
    groups: 0,
    nulls: 1,
    test: { pairs: 0, zeros: 0, p: null, effect: null, reason: "there is no pair" },
    cautions: [few[0]],
    reason: "no case has a value on both sides",
  });
});

test("differences of a group that cancel but for rounding are no difference to the test", () => {
  const ours = rows(["1", "x", 0.1], ["2", "x", 0.2], ["3", "x", -0.3], ["4", "y", 1]);
  expect(0.1 + 0.2 - 0.3).not.toBe(0);
  const { test } = bootstrapGain({ ...options, model: [ours], against: [ours.map((row) => ({ ...row, value: 0 }))] });
  expect(test).toMatchObject({ pairs: 1, zeros: 1 });
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
