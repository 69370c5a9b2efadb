import type { GainRow, ModelResults, Results } from "@segdistill/core";
import { expect, test } from "vitest";
import { exampleInput } from "../test/example-input.js";
import { summarise } from "./summary.js";

const shown = exampleInput().results;
/** Nothing befell its stages: what is said of that has a test of its own. */
const example: Results = { ...shown, stages: shown.stages.map(({ name, steps, seconds, reused }) => ({ name, steps, seconds, reused })) };
const row = (changed: Partial<GainRow>): GainRow => ({
  ...{ model: "distilled", against: "baseline", domain: "phantoms", metric: "dice", mean: 0.0123, low: 0.003, high: 0.0216 },
  ...{ level: 0.95, n: 24, groups: 12, nulls: 0, seeds: 1, method: "bootstrap over groups" },
  test: { p: 0.0213, pHolm: 0.0426, effect: 0.7, method: "exact", pairs: 12, zeros: 0 },
  ...changed,
});
const of = (...gains: readonly GainRow[]): Results => ({ ...example, gains });
const nb = "\u00a0";
const oneSeed = "Seed 0. One seed is too few (fewer than 3): how much another seed would change is not known.";
/** Every word of a summary. */
const words = (results: Results, seeds?: readonly number[]): string => {
  const { headline, domains, training, cost, caution } = summarise(results, seeds);
  return [headline, ...domains, ...training, cost ?? "", ...caution].join("\n");
};

test("better: the whole interval lies above 0; what training took stands beside it", () => {
  expect(summarise(of(row({})))).toEqual({
    metric: "dice",
    headline: "Distillation improves Dice on phantoms.",
    domains: [
      `On phantoms distillation improves Dice: the gain is +0.012 on average (95${nb}% interval +0.003 to +0.022; 24 pictures of 12 groups, 1 seed; Wilcoxon p 0.021).`,
    ],
    training: [
      "Training: teacher 2 min 12 s, up to 1.94 GB of memory; baseline 1 min 2 s, up to 1.02 GB of memory; distilled student 1 min 37 s, up to 1.31 GB of memory.",
      "Distilled student and baseline have the same size: 403 k parameters and 41.3 M multiply-accumulates for a picture of 96 × 96 × 1.",
    ],
    cost: "The distilled student has 4.8 times fewer parameters and 29 times fewer multiply-accumulates per picture than the teacher.",
    caution: [oneSeed],
  });
});

test("worse: the whole interval lies below 0", () => {
  const { headline, domains } = summarise(of(row({ mean: -0.02, low: -0.03, high: -0.01 })));
  expect(headline).toBe("Distillation makes Dice worse on phantoms.");
  expect(domains).toEqual([
    `On phantoms distillation makes Dice worse: −0.020 on average (95${nb}% interval −0.030 to −0.010; 24 pictures of 12 groups, 1 seed; Wilcoxon p 0.021).`,
  ]);
});

test("none: an interval that includes 0, whatever the mean", () => {
  const { headline, domains } = summarise(of(row({ domain: "other-camera", mean: 0.5, low: -0.003, high: 1, level: 0.9 })));
  expect(headline).toBe("No difference found on other-camera (never seen in training).");
  expect(domains).toEqual([
    `On other-camera, never seen in training, no difference found: the distilled student's Dice differs from the baseline's by +0.500 on average, and the 90${nb}% interval −0.003 to +1.000 includes 0 (24 pictures of 12 groups, 1 seed; Wilcoxon p 0.021).`,
  ]);
});

test("no interval: no difference found, with the reason", () => {
  const test = { p: null, pHolm: null, effect: null, pairs: 0, zeros: 1, reason: "no pair differs" };
  const { headline, domains, caution } = summarise(
    of(row({ low: null, high: null, n: 3, groups: 1, nulls: 1, reason: "fewer than two groups", test })),
  );
  expect(headline).toBe("No difference found on phantoms.");
  expect(domains).toEqual([
    "On phantoms no difference found: the distilled student's Dice differs from the baseline's by +0.012 on average, and there is no interval: fewer than two groups (3 pictures of 1 group, 1 seed, 1 left out).",
  ]);
  expect(caution).toEqual([oneSeed, "On phantoms: One group is too few (fewer than 5): nothing is known about other groups."]);
});

test("no mean: nothing can be said, with the reason", () => {
  const { headline, domains } = summarise(
    of(row({ mean: null, low: null, high: null, n: 0, reason: "no case has a value on both sides" })),
  );
  expect(headline).toBe("Nothing can be said about phantoms.");
  expect(domains).toEqual(["On phantoms nothing can be said about Dice: no case has a value on both sides."]);
});

test("the words gain, improve and help are for intervals above 0 alone", () => {
  const claims = /gain|improve|help/i;
  expect(words(of(row({})))).toMatch(claims);
  for (const other of [
    row({ mean: -0.02, low: -0.03, high: -0.01 }),
    row({ mean: 0.5, low: -0.003 }),
    row({ low: 0 }),
    row({ low: null, high: null, reason: "one group" }),
    row({ mean: null, low: null, high: null, reason: "no case" }),
  ]) {
    expect(words(of(other))).not.toMatch(claims);
    expect(words(of(other), [0, 1, 2])).not.toMatch(claims);
  }
});

test("several sets are told apart in one headline, gains first", () => {
  const rows = [
    row({ domain: "x", low: -1 }),
    row({ domain: "a" }),
    row({ domain: "b" }),
    row({ domain: "other-camera", mean: -1, low: -2, high: -0.5 }),
  ];
  expect(summarise(of(...rows)).headline).toBe(
    "Distillation improves Dice on a and b. Distillation makes Dice worse on other-camera (never seen in training). No difference found on x.",
  );
});

test("without a baseline nothing is claimed", () => {
  const { baseline, ...models } = example.models;
  expect(baseline).toBeDefined();
  expect(summarise({ ...example, models, gains: [] })).toEqual({
    metric: "dice",
    headline: "No baseline was trained, so this run cannot say whether distillation helped.",
    domains: [],
    training: [],
    cost: "The distilled student has 4.8 times fewer parameters and 29 times fewer multiply-accumulates per picture than the teacher.",
    caution: [oneSeed],
  });
  expect(summarise(of(row({ against: "teacher" }))).headline).toBe(
    "Nothing was compared with the baseline, so this run cannot say whether distillation helped.",
  );
});

test("what the student saves is said where it is known and more than nothing", () => {
  const { teacher, distilled, ...others } = example.models;
  const cost = (changed: Partial<ModelResults>): string | null =>
    summarise({ ...example, models: { ...others, teacher: { ...teacher!, ...changed }, distilled: distilled! } }).cost;
  expect(cost({ macs: null, reasons: { macs: "not counted" } })).toBe(
    "The distilled student has 4.8 times fewer parameters than the teacher.",
  );
  expect(cost({ macs: 1, parameters: 1 })).toBe(null);
});

test("few groups and seeds are said, too few by the sentences of the statistics", () => {
  const rows = [row({ groups: 4, seeds: 2 }), row({ domain: "b", groups: 9, seeds: 2 }), row({ domain: "c", groups: 10, seeds: 2 })];
  expect(summarise({ ...of(...rows), seeds: [3, 5] }).caution).toEqual([
    "Mean over 2 seeds (3, 5); the intervals count differences between seeds.",
    "2 seeds are too few (fewer than 3): the interval says little about other seeds.",
    "On phantoms: 4 groups are too few (fewer than 5): the interval tends to be too narrow, and no p-value below 0.125 is possible.",
    "Few groups on b (9): with fewer than 10, such an interval tends to be too narrow.",
  ]);
  expect(summarise(of(row({ groups: 10 })), [0, 1, 2]).caution).toEqual([
    "Mean over 3 seeds (0, 1, 2); the intervals do not count differences between seeds.",
  ]);
});

test("what befell the stages is said with the numbers, on the terminal as in the report", () => {
  const stages = [
    { name: "baseline", steps: 6, seconds: 1, reused: false },
    { name: "distillation", steps: 4, seconds: 1, reused: false, kept: "best" as const, skipped: 2 },
  ];
  expect(summarise({ ...of(row({ groups: 10, seeds: 3 })), seeds: [0, 1, 2], stages }).caution).toEqual([
    "Mean over 3 seeds (0, 1, 2); the intervals count differences between seeds.",
    "Steps that gave a number that is not finite were left out in distillation (2 steps).",
    "distillation had 4 steps and baseline 6: validation ended them apart, so the comparison is not one of equal training.",
    "Selected on validation data: the result of distillation.",
  ]);
});
