import { checkResults, type Results } from "@segdistill/core";
import { expect, test } from "vitest";
import { averageResults } from "./average-seeds.js";

const environment = {
  schema: 1,
  date: "2026-01-01T00:00:00.000Z",
  node: "20",
  packages: {},
  os: { platform: "linux", release: "6", arch: "x64" },
  cpu: { model: null, count: 2, flags: null },
  memoryBytes: 1,
  threads: null,
  precision: { asked: "auto", chosen: "float32" },
  tensorflow: null,
  variables: {},
  lockFile: null,
  gitCommit: null,
} as const;
const domain = (...dice: number[]) => ({
  cases: dice.map((value, i) => ({ id: `c${i}`, group: `g${i}`, dice: value })),
  mean: { dice: 0 },
  pooled: { dice: dice[0]! },
});
const model = (seconds: number, ...dice: number[]) => ({
  parameters: 5,
  macs: 7,
  trainSeconds: seconds,
  domains: { own: domain(...dice) },
});
const seed = (n: number, baseline: number[], distilled: number[]): Results => ({
  schema: 1,
  name: "a",
  seed: n,
  finished: `2026-01-0${n}T00:00:00.000Z`,
  config: "0".repeat(64),
  data: { own: { fingerprint: "f", cases: 2, groups: 2, unseen: false } },
  models: { baseline: model(10 * n, ...baseline), distilled: model(20, ...distilled) },
  gains: [],
  stages: [{ name: "baseline", steps: 3, seconds: 1, reused: false }],
  environment,
});

test("memory is the most of any seed; a number that one seed has needs no reason", () => {
  const all = [seed(1, [0.25, 0.5], [0.5, 0.75]), seed(2, [0.75, 0.5], [0.25, 0]), seed(3, [0.75, 0.5], [0.25, 0])];
  const changed = [
    { memoryBytes: null, reasons: { memoryBytes: "not noted", macs: "not counted" }, macs: null },
    { memoryBytes: 7 },
    { memoryBytes: 5 },
  ];
  const noted = all.map((one, i) => ({ ...one, models: { ...one.models, baseline: { ...one.models["baseline"]!, ...changed[i] } } }));
  const { baseline, distilled } = checkResults(averageResults(noted as Results[], ["dice"], "1".repeat(64)), "averaged").models;
  expect([baseline!.memoryBytes, baseline!.reasons, distilled!.memoryBytes]).toEqual([7, { macs: "not counted" }, undefined]);
});

test("differences are taken seed by seed, and the seeds are named", () => {
  const all = [seed(1, [0.25, 0.5], [0.5, 0.75]), seed(2, [0.75, 0.5], [0.25, 0])];
  const found = checkResults(averageResults(all, ["dice"], "1".repeat(64)), "averaged");
  expect(found.seeds).toEqual([1, 2]);
  // +0.25 in seed 1, -0.5 in seed 2, the same in both pictures: only drawing seeds can tell
  expect(found.gains).toMatchObject([
    { mean: -0.125, low: -0.5, high: 0.25, n: 2, groups: 2, seeds: 2, method: "bootstrap over seeds and groups" },
  ]);
});

test("pictures are averaged over seeds before means are taken", () => {
  const all = [seed(1, [0.25, 0.5], [0.5, 0.75]), seed(2, [0.75, 0.5], [0.75, 0.5])];
  const found = checkResults(averageResults(all, ["dice"], "1".repeat(64)), "averaged");
  const { baseline, distilled } = found.models;
  expect(baseline!.domains["own"]!.cases.map((row) => row["dice"])).toEqual([0.5, 0.5]);
  expect(distilled!.domains["own"]!.cases.map((row) => row["dice"])).toEqual([0.625, 0.625]);
  expect([baseline!.domains["own"]!.mean["dice"], baseline!.domains["own"]!.pooled["dice"], baseline!.trainSeconds]).toEqual([
    0.5, 0.5, 15,
  ]);
  expect(found.gains).toMatchObject([{ domain: "own", metric: "dice", mean: 0.125, low: 0, high: 0.25, n: 2, groups: 2 }]);
  expect(found.stages.map(({ name }) => name)).toEqual(["seed-1/baseline", "seed-2/baseline"]);
});

test("that one seed went on after a change is said with its number; the first seed's environment is the one shown", () => {
  const all = [seed(1, [0.25, 0.5], [0.5, 0.75]), seed(2, [0.75, 0.5], [0.25, 0])];
  const noted = all.map((one) => ({ ...one, environment: { ...environment, notBitExact: ["threads 2 → 4"] } }));
  const found = checkResults(averageResults([all[0]!, noted[1]!], ["dice"], "1".repeat(64)), "averaged");
  expect(found.environment).toEqual({ ...environment, notBitExact: ["seed 2: threads 2 → 4"] });
  expect(averageResults(noted, ["dice"], "1".repeat(64)).environment.notBitExact).toEqual([
    "seed 1: threads 2 → 4",
    "seed 2: threads 2 → 4",
  ]);
  expect("notBitExact" in averageResults(all, ["dice"], "1".repeat(64)).environment).toBe(false);
});
