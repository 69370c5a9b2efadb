import { random } from "@segdistill/core/random";
import { expect, test } from "vitest";
import { modelOf, oneGroupAfterTheOther, resultsOf, scoresOf, twoRuns } from "../../test/compared-runs.js";
import { refusal } from "../../test/refusal.js";
import { compare } from "./compare.js";
import type { ComparedRun } from "./comparison.js";

const draw = oneGroupAfterTheOther(6);
const runs = twoRuns();

test("means, deviations, differences, intervals, tests and Holm, worked out by hand", () => {
  const { metric, level, against, tests, domains, cautions } = compare(runs, { draw });
  expect({ metric, level, against, tests }).toEqual({ metric: "dice", level: 0.95, against: "baseline of the same run", tests: 3 });
  const [own, far] = domains;
  expect(own).toMatchObject({ domain: "own", unseen: false, cases: 6, groups: 6 });
  expect(own!.rows.map(({ run, model }) => `${run}: ${model}`)).toEqual([
    ...["a: teacher", "a: baseline", "a: distilled", "=b|_1 & co: baseline", "=b|_1 & co: distilled"],
  ]);
  expect(own!.rows[2]).toEqual({
    ...{
      run: "a",
      model: "distilled",
      seeds: 1,
      parameters: 403_206,
      macs: 41_300_000,
      trainSeconds: 97.1,
      memoryBytes: 1.31e9,
      seedSd: null,
    },
    // 32 + 1 … 6: mean 35.5, Σ squares 17.5 over 5
    mean: 35.5 / 64,
    sd: expect.closeTo(Math.sqrt(17.5 / 5) / 64, 14) as number,
    difference: {
      ...{ run: "a", model: "baseline", mean: 3.5 / 64, low: 1 / 64, high: 6 / 64 },
      ...{ n: 6, groups: 6, seeds: 1, nulls: 0, method: "bootstrap over groups", test: "exact" },
      ...{ p: 2 / 64, pHolm: (3 * 2) / 64, effect: 1, finding: "gain" },
    },
  });
  // W⁺ 9, W⁻ 12; 27 of the 64 subsets of 1 … 6 sum to 9 or less
  expect(own!.rows[4]!.difference).toMatchObject({
    mean: -0.5 / 64,
    low: -6 / 64,
    high: 5 / 64,
    p: 54 / 64,
    pHolm: 1,
    finding: "no difference",
  });
  expect(own!.rows[4]!.difference!.effect).toBeCloseTo(-3 / 21, 14);
  expect(
    far!.rows.map(({ mean, sd, reason, difference }) => [mean, sd, reason, difference?.p, difference?.pHolm, difference?.test]),
  ).toEqual([
    [null, null, "no value could be computed (1 null)", undefined, undefined, undefined],
    [0.5, null, undefined, undefined, undefined, undefined],
    [33 / 64, null, undefined, 1, 1, "exact"],
    [0.5, null, undefined, undefined, undefined, undefined],
    [0.5, null, undefined, null, null, "no pair differs"],
  ]);
  expect(far!.rows[2]!.difference).toMatchObject({
    low: null,
    high: null,
    reason: "one group says nothing about the spread between groups",
  });
  expect(cautions).toEqual([
    "a and =b|_1 & co: One seed is too few (fewer than 3): how much another seed would change is not known.",
    "far, away: One group is too few (fewer than 5): nothing is known about other groups.",
  ]);
});

const seeds = (
  label: string,
  ...all: readonly (readonly [seed: number, baseline: readonly number[], distilled: readonly number[]])[]
): ComparedRun => ({
  label,
  seeds: all.map(([seed, baseline, distilled]) =>
    resultsOf(
      {
        teacher: modelOf({ own: scoresOf(baseline.map(() => 50)) }),
        baseline: modelOf({ own: scoresOf(baseline) }, { trainSeconds: 10 * (seed + 1), memoryBytes: 100 + seed }),
        distilled: modelOf({ own: scoresOf(distilled) }, { trainSeconds: 20 }),
      },
      { seed },
    ),
  ),
});
const flat = (dice: number) => [dice, dice, dice, dice, dice];
const first = seeds("first", [0, flat(30), [31, 32, 33, 34, 35]], [1, flat(32), [31, 32, 33, 34, 35]], [2, flat(34), flat(34)]);
const second = seeds("second", [2, flat(30), flat(40)], [0, flat(30), [36, 36, 36, 36, 41]]);

test("several seeds: pictures are averaged over them, pairs are of one seed, time is a mean and memory the most", () => {
  const rows = compare([first], { draw: random }).domains[0]!.rows;
  expect(rows[1]).toMatchObject({ model: "baseline", seeds: 3, mean: 32 / 64, sd: 0, seedSd: 2 / 64, trainSeconds: 20, memoryBytes: 102 });
  // differences by seed: 1 … 5, −1 … 3, 0: mean (3 + 1 + 0) / 3
  expect(rows[2]!.difference).toMatchObject({ seeds: 3, n: 5, groups: 5, method: "bootstrap over seeds and groups" });
  expect(rows[2]!.difference!.mean).toBeCloseTo(4 / 3 / 64, 14);
  expect(compare([first], { draw: random }).cautions).toEqual([]);
});

test("against another run: over the seeds that both have, which is said", () => {
  const found = compare([first, second], { against: "second", draw: random });
  expect(found.against).toBe("distilled of second");
  const [one, ...others] = found.domains[0]!.rows.filter(({ difference }) => difference !== null);
  expect(others).toEqual([]);
  // seeds 0 and 2: (31 … 35) − (36 … 36, 41) is −5, −4, −3, −2, −6; 34 − 40 is −6: by case −5.5, −5, −4.5, −4, −6
  expect(one).toMatchObject({
    run: "first",
    model: "distilled",
    difference: { run: "second", model: "distilled", seeds: 2, mean: -5 / 64 },
  });
  expect(one!.difference).toMatchObject({ p: 2 / 32, pHolm: 2 / 32, effect: -1, finding: "loss" });
  expect(found.cautions).toEqual([
    "first: 2 seeds are too few (fewer than 3): the interval says little about other seeds.",
    "first: Compared with second over the 2 seeds that both have.",
  ]);
});

test("against a model of the same run, or of another one by its whole name", () => {
  const compared = (against: string) =>
    compare([first, second], { against, draw: random }).domains[0]!.rows.flatMap(({ run, model, difference }) =>
      difference ? [`${run}/${model} - ${difference.run}/${difference.model}`] : [],
    );
  expect(compared("teacher")).toEqual([
    ...["first/baseline - first/teacher", "first/distilled - first/teacher"],
    ...["second/baseline - second/teacher", "second/distilled - second/teacher"],
  ]);
  expect(compared("second/baseline")).toEqual(["first/distilled - second/baseline", "second/distilled - second/baseline"]);
});

test("one run has the interval of its results.json: the same random numbers", () => {
  const keys: string[] = [];
  compare([first], { draw: (key) => (keys.push(key), random(key)) });
  expect(keys).toEqual(["bootstrap over seeds and groups/0/gain/own/dice"]);
});

test("seeds that the configuration has in falling order stay in it: interval and finding are those of results.json", () => {
  const falling = seeds(
    "falling",
    [3, [30, 31, 30, 32, 30, 33], [31, 34, 33, 40, 29, 35]],
    [0, [32, 32, 32, 32, 32, 32], [30, 36, 33, 33, 39, 31]],
  );
  // what gainsOf of apps/cli writes of these; in growing order low would be 1/384, a gain
  const [gain] = compare([falling], { draw: random }).domains[0]!.rows.flatMap(({ difference }) => difference ?? []);
  expect(gain).toMatchObject({
    mean: 0.033854166666666664,
    low: 0,
    high: 0.06770833333333333,
    p: 0.058475261565652636,
    finding: "no difference",
  });
});

test("without a baseline nothing is compared, and nothing is refused", () => {
  const bare = { label: "bare", seeds: [resultsOf({ distilled: modelOf({ own: scoresOf([1, 2]) }) })] };
  const { domains, tests, cautions } = compare([bare], { draw });
  expect([domains[0]!.rows[0]!.difference, tests, cautions]).toEqual([null, 0, []]);
});

test("what was not measured in every seed is left out, and said; a name that every object has is not taken for a model or a set", () => {
  const odd = resultsOf({
    baseline: modelOf({ own: scoresOf([1, 2]), constructor: scoresOf([1]) }),
    constructor: modelOf({ own: scoresOf([2, 3]) }),
  });
  const plain = { ...resultsOf({ baseline: modelOf({ own: scoresOf([1, 2]), far: scoresOf([1]) }) }), seed: 1 };
  const { domains, cautions } = compare([{ label: "a", seeds: [odd, plain] }], { draw });
  expect(domains.map((one) => [one.domain, ...one.rows.map(({ model }) => model)])).toEqual([
    ["own", "baseline"],
    ["constructor"],
    ["far"],
  ]);
  expect(cautions).toEqual([
    "a: baseline was measured on constructor in 1 of 2 seeds only, so it is left out there.",
    "a: baseline was measured on far in 1 of 2 seeds only, so it is left out there.",
    "a: constructor was measured on own in 1 of 2 seeds only, so it is left out there.",
  ]);
});

const base = () => resultsOf({ distilled: modelOf({ own: scoresOf([1, 2, 3]) }) });
const run = (label: string, results = base(), at?: string): ComparedRun => ({ label, seeds: [results], ...(at !== undefined && { at }) });
const domains = (own: ReturnType<typeof scoresOf>) => resultsOf({ distilled: modelOf({ own }) });

test.each<[string, string, readonly ComparedRun[], string]>([
  [
    "other data",
    "report-compare-data",
    [run("a"), run("b", { ...base(), data: { own: { ...base().data["own"]!, fingerprint: "1234567890abcdef" } } })],
    '[compare] test set "own": b was measured on data with the fingerprint 1234567890ab, a on ffffffffffff. Expected the same pictures and masks. Give both runs one folder (--data) and run them again: what is trained is not trained again.',
  ],
  [
    "cases missing",
    "report-compare-cases",
    [run("a"), run("b", domains(scoresOf([1])))],
    '[compare] test set "own": b lacks 2 cases ("c2", "c3") that a has. Expected the same cases. Give data.test.own the same split in both configurations and run them again.',
  ],
  [
    "cases too many",
    "report-compare-cases",
    [run("a"), run("b", domains(scoresOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])))],
    '[compare] test set "own": b has 7 cases ("c4", "c5", "c6", "c7", "c8" and 2 more) that a lacks. Expected the same cases. Give data.test.own the same split in both configurations and run them again.',
  ],
  [
    "other groups, between seeds",
    "report-compare-groups",
    [{ label: "a", seeds: [base(), { ...domains(scoresOf([1, 2, 3], ["g1", "x", "g3"])), seed: 4 }] }],
    '[compare] test set "own": case "c2" is of group "x" in a, seed 4 and of group "g2" in a, seed 0. Expected one group. Open the data by the same data set and options in both configurations and run them again.',
  ],
  [
    "no test set in common",
    "report-compare-domains",
    [run("a"), run("b", resultsOf({ distilled: modelOf({ far: scoresOf([1]), near: scoresOf([1]) }) }))],
    '[compare] no test set is in all runs: a has "own"; b has "far", "near". Expected one in common. Leave a run out, or give data.test of both configurations the same names.',
  ],
  [
    "other grid",
    "report-compare-grid",
    [run("a", base(), "native"), run("b"), run("c", base(), "prepared")],
    '[compare] c was scored at "prepared", a at "native". Expected the same grid. Give evaluate.at the same value in both configurations and run them again.',
  ],
])("refused: %s", (_, code, all, message) => {
  expect(() => compare(all, { draw })).toThrow(refusal(code, message));
});

test("refused: a metric, a name, a seed that is not there", () => {
  expect(() => compare([run("a")], { draw, metric: "hd95Mm" })).toThrow(
    refusal(
      "report-compare-metric",
      '[compare] a was not measured by "hd95Mm". It has "dice". Choose one of them with --metric, or add it to evaluate.metrics and run again.',
    ),
  );
  expect(() => compare([first, second], { draw, against: "third" })).toThrow(
    refusal(
      "report-compare-against",
      '[compare] --against "third": there is no such run or model. Runs: "first", "second"; models: "teacher", "baseline", "distilled". Give a run\'s name, a model\'s name, or "<run>/<model>".',
    ),
  );
  expect(() => compare([first, seeds("other", [7, flat(1), flat(2)])], { draw, against: "first" })).toThrow(
    refusal(
      "report-compare-seeds",
      "[compare] other has the seeds 7, first has 0, 1, 2. Expected a seed that both have: a pair is one case of one seed. Run one of them again with --seed.",
    ),
  );
});
