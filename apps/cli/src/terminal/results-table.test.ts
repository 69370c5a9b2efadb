import type { GainRow } from "@segdistill/core";
import { expect, test } from "vitest";
import { resultsTable } from "./results-table.js";

const rows = (...dice: (number | null)[]) => ({ cases: dice.map((value, i) => ({ id: String(i), group: "g", dice: value })) });
const gain = { model: "distilled", against: "baseline", metric: "dice", level: 0.95, n: 3, method: "by hand" };
const of = (gains: readonly GainRow[]) => ({
  data: { own: { fingerprint: "f", cases: 3, groups: 2, unseen: false }, far: { fingerprint: "f", cases: 1, groups: 1, unseen: true } },
  models: {
    baseline: { domains: { own: rows(0.5, 0.7, null), far: rows(0.25) } },
    distilled: { domains: { own: rows(0.6, 0.8, 0.7), far: rows(null) } },
  },
  gains,
});
// sd by hand: √(0.01 + 0.01) = 0.141, √((0.01 + 0.01 + 0) / 2) = 0.1
const models = (width: number): readonly string[] => [
  `dice${"own".padStart(width - 4)}    far (never seen)`,
  `${"3 pictures, 2 groups".padStart(width)}  1 picture, 1 group`,
  `baseline${"0.600 ± 0.141".padStart(width - 8)}               0.250`,
  `distilled${"0.700 ± 0.100".padStart(width - 9)}                   –`,
];

test("models × domains, and the difference: an interval that includes 0 is no difference found", () => {
  const gains = [
    { ...gain, domain: "own", mean: 0.1, low: -0.02, high: 0.22 },
    { ...gain, domain: "far", mean: null, low: null, high: null },
  ];
  expect(resultsTable(of(gains), "dice")).toBe(
    [
      ...models(52),
      "difference, 95 % interval  +0.100 (−0.020 to +0.220)                   –",
      "                                 no difference found           not known",
      "",
    ].join("\n"),
  );
});

test("better, worse, no interval", () => {
  const gains = [
    { ...gain, level: 0.9, domain: "own", mean: 0.1, low: 0.02, high: 0.22 },
    { ...gain, level: 0.9, domain: "far", mean: -0.1, low: -0.2, high: -0.05 },
  ];
  expect(resultsTable(of(gains), "dice").split("\n").slice(4)).toEqual([
    "difference, 90 % interval  +0.100 (+0.020 to +0.220)  −0.100 (−0.200 to −0.050)",
    "                                                gain                      worse",
    "",
  ]);
  const without = [
    { ...gain, domain: "own", mean: 0.1, low: null, high: null, reason: "one group" },
    { ...gain, domain: "far", against: "teacher", mean: 1, low: 1, high: 1 },
  ];
  expect(resultsTable(of(without), "dice").split("\n").slice(4)).toEqual([
    "difference, 95 % interval                +0.100                   –",
    "                            no difference found                   –",
    "",
  ]);
});

test("no difference at all, and a small one", () => {
  const gains = [
    { ...gain, domain: "own", mean: 0, low: 0, high: 0 },
    { ...gain, domain: "far", mean: 0.0002, low: 0.00004, high: 0.001 },
  ];
  expect(resultsTable(of(gains), "dice").split("\n").slice(4)).toEqual([
    "difference, 95 % interval  0.000 (0.000 to 0.000)  +0.0002 (+0.00004 to +0.001)",
    "                              no difference found                          gain",
    "",
  ]);
});

test("without differences there are no such lines", () => {
  expect(resultsTable(of([]), "dice").split("\n")).toHaveLength(5);
});
