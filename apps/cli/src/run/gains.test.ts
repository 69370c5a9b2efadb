import type { DomainScores } from "@segdistill/core";
import { expect, test } from "vitest";
import { gainsOf } from "./gains.js";

const domain = (metric: Readonly<Record<string, readonly number[]>>): DomainScores => ({
  cases: metric["dice"]!.map((dice, i) => ({ id: `c${i}`, group: `g${i}`, dice, iou: metric["iou"]![i]! })),
  mean: {},
  pooled: {},
});
const zero = domain({ dice: [0, 0, 0, 0, 0], iou: [0, 0, 0, 0, 0] });

test("rows by domain, then metric; Holm over the domains of one metric, worked out by hand", () => {
  const distilled = {
    own: domain({ dice: [1, 2, 3, 4, 5], iou: [0, 0, 0, 0, 0] }), // W⁻ 0: p 2/32
    far: domain({ dice: [1, -2, 3, 4, 5], iou: [1, 2, 3, 4, 5] }), // W⁻ 2: {}, {1}, {2}: p 6/32
  };
  const rows = gainsOf([distilled], [{ own: zero, far: zero }], ["dice", "iou"], 7);
  expect(rows.map((row) => [row.domain, row.metric, row.mean, row.seeds, row.groups, row.test])).toEqual([
    ["own", "dice", 3, 1, 5, { p: 2 / 32, pHolm: 4 / 32, effect: 1, method: "exact", pairs: 5, zeros: 0 }],
    ["own", "iou", 0, 1, 5, { p: null, pHolm: null, effect: null, pairs: 0, zeros: 5, reason: "no pair differs" }],
    ["far", "dice", 2.2, 1, 5, { p: 6 / 32, pHolm: 6 / 32, effect: 11 / 15, method: "exact", pairs: 5, zeros: 0 }],
    ["far", "iou", 3, 1, 5, { p: 2 / 32, pHolm: 2 / 32, effect: 1, method: "exact", pairs: 5, zeros: 0 }],
  ]);
  expect(rows[0]!.cautions).toEqual(["One seed is too few (fewer than 3): how much another seed would change is not known."]);
});
