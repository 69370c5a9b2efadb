import type { GainRow, ModelResults, Results } from "@segdistill/core";
import { expect, test } from "vitest";
import { exampleInput } from "../test/example-input.js";
import { finding, summarise } from "./summary.js";

const example = exampleInput().results;
const row = (changed: Partial<GainRow>): GainRow => ({
  ...{ model: "distilled", against: "baseline", domain: "phantoms", metric: "dice", mean: 0.0123, low: 0.003, high: 0.0216 },
  ...{ level: 0.95, n: 24, groups: 12, nulls: 0, method: "bootstrap over groups" },
  ...changed,
});
const of = (...gains: readonly GainRow[]): Results => ({ ...example, gains });
const nb = "\u00a0";

test("a gain: the whole interval lies above 0", () => {
  const { headline, domains, metric } = summarise(of(row({})));
  expect(metric).toBe("dice");
  expect(headline).toBe("Distillation helped on phantoms.");
  expect(domains).toEqual([
    `On phantoms distillation raised Dice by 0.012 on average (95${nb}% interval +0.003 to +0.022; 24 pictures of 12 groups).`,
  ]);
});

test("harm: the whole interval lies below 0", () => {
  const { headline, domains } = summarise(of(row({ mean: -0.02, low: -0.03, high: -0.01 })));
  expect(headline).toBe("Distillation did harm on phantoms.");
  expect(domains).toEqual([
    `On phantoms distillation lowered Dice by 0.020 on average, which is worse (95${nb}% interval −0.030 to −0.010; 24 pictures of 12 groups).`,
  ]);
});

test("an interval that includes 0 shows no gain, whatever the mean, also where it only touches 0", () => {
  const { headline, domains } = summarise(of(row({ domain: "other-camera", mean: 0.5, low: -0.003, high: 1, level: 0.9 })));
  expect(headline).toBe("No gain from distillation is shown on other-camera (never seen in training).");
  expect(domains).toEqual([
    `On other-camera, never seen in training, no gain is shown: the distilled student's Dice differs from the baseline's by +0.500 on average, and its 90${nb}% interval −0.003 to +1.000 includes 0 (24 pictures of 12 groups).`,
  ]);
  expect(
    [row({ low: 0 }), row({ low: 1e-17 }), row({ mean: -1, low: -2, high: 0 }), row({ mean: 0, low: 0, high: 0 })].map(finding),
  ).toEqual(new Array(4).fill("not shown"));
});

test("no interval: no gain is shown, with the reason", () => {
  const { headline, domains, caution } = summarise(
    of(row({ low: null, high: null, n: 3, groups: 1, nulls: 1, reason: "fewer than two groups" })),
  );
  expect(headline).toBe("No gain from distillation is shown on phantoms.");
  expect(domains).toEqual([
    "On phantoms no gain is shown: the distilled student's Dice differs from the baseline's by +0.012 on average, and there is no interval: fewer than two groups (3 pictures of 1 group, 1 left out).",
  ]);
  expect(caution).toEqual(["One seed (0): how much another seed would change is not known from this run."]);
});

test("no mean: nothing can be said, with the reason", () => {
  const { headline, domains } = summarise(
    of(row({ mean: null, low: null, high: null, n: 0, reason: "no case has a value on both sides" })),
  );
  expect(headline).toBe("Nothing can be said about phantoms.");
  expect(domains).toEqual(["On phantoms nothing can be said about Dice: no case has a value on both sides."]);
});

test("several sets are told apart in one headline, gains first", () => {
  const rows = [
    row({ domain: "x", low: -1 }),
    row({ domain: "a" }),
    row({ domain: "b" }),
    row({ domain: "other-camera", mean: -1, low: -2, high: -0.5 }),
  ];
  expect(summarise(of(...rows)).headline).toBe(
    "Distillation helped on a and b. Distillation did harm on other-camera (never seen in training). No gain from distillation is shown on x.",
  );
});

test("without a baseline nothing is claimed", () => {
  const { baseline, ...models } = example.models;
  expect(baseline).toBeDefined();
  expect(summarise({ ...example, models, gains: [] })).toEqual({
    metric: "dice",
    headline: "No baseline was trained, so this run cannot say whether distillation helped.",
    domains: [],
    cost: "The distilled student has 4.8 times fewer parameters and 29 times fewer multiply-accumulates per picture than the teacher.",
    caution: ["One seed (0): how much another seed would change is not known from this run."],
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

test("few groups and several seeds are said", () => {
  const rows = [row({ groups: 4 }), row({ domain: "b", groups: 9 }), row({ domain: "c", groups: 10 })];
  expect(summarise(of(...rows), [0, 1, 2]).caution).toEqual([
    "Few groups on phantoms (4) and b (9): with fewer than 10, such an interval tends to be too narrow.",
    "Mean over 3 seeds (0, 1, 2); the intervals do not count differences between seeds.",
  ]);
});

test("of a distance less is better", () => {
  expect(finding(row({ metric: "hd95Mm", mean: -2, low: -3, high: -1 }))).toBe("gain");
  expect(finding(row({ metric: "hd95Mm", mean: 2, low: 1, high: 3 }))).toBe("loss");
});
