import type { GainRow } from "@segdistill/core";
import { expect, test } from "vitest";
import { gainsTable } from "./gains-table.js";

const row = (changed: Partial<GainRow>): GainRow => ({
  ...{ model: "distilled", against: "baseline", domain: "own", metric: "dice", mean: 0.0123, low: 0.003, high: 0.0216 },
  ...{ level: 0.95, n: 24, groups: 12, nulls: 0, seeds: 3, method: "bootstrap over seeds and groups" },
  test: { p: 0.0213, pHolm: 0.0426, effect: 0.7, method: "exact", pairs: 12, zeros: 0 },
  ...changed,
});
const text = (html: string): string => html.replace(/<[^>]*>/g, "").replaceAll("&#39;", "'");

test("better, worse, none, one group, as written before there were tests", () => {
  const none = { p: null, pHolm: null, effect: null, pairs: 0, zeros: 12, reason: "no pair differs" };
  const before = {
    model: "distilled",
    against: "baseline",
    domain: "own",
    metric: "auc",
    mean: 0.1,
    low: -0.1,
    high: 0.3,
    level: 0.95,
    n: 8,
    method: "x",
  };
  const { html } = gainsTable(
    [
      row({}),
      row({ metric: "iou", mean: -0.02, low: -0.03, high: -0.01, nulls: 1, test: { ...row({}).test!, method: "normal approximation" } }),
      row({ metric: "specificity", mean: 0, low: -0.1, high: 0.1, test: none }),
      row({ metric: "precision", low: null, high: null, groups: 1, reason: "one group says nothing" }),
      before,
    ],
    ["Training: baseline 1 min 0 s.", "Sizes are the same."],
  );
  expect(
    [...html.matchAll(/<tr.*?<\/tr>/g)].map(([line]) => [...line.matchAll(/<t[hd].*?<\/t[hd]>/g)].map(([cell]) => text(cell))),
  ).toEqual([
    ["Metric", "Difference", "95\u00a0% interval", "Finding", "p", "Effect", "Pictures", "Groups", "Seeds"],
    ["Dice", "+0.012", "+0.003 to +0.022", "gain", "0.043", "0.700", "24", "12", "3"],
    ["IoU", "−0.020", "−0.030 to −0.010", "worse", "0.043a", "0.700", "24b", "12", "3"],
    ["Specificity", "0.000", "−0.100 to +0.100", "no difference found", "–c", "–", "24", "12", "3"],
    ["Precision", "+0.012", "–d", "no difference found", "0.043", "0.700", "24", "1", "3"],
    ["AUC", "+0.100", "−0.100 to +0.300", "no difference found", "–", "–", "8", "–", "–"],
  ]);
  expect([...html.matchAll(/<p class="note">(.*?)<\/p>/g)].map(([, note]) => text(note!.replaceAll("<br>", "; ")))).toEqual([
    "a normal approximation: there are ties or many groups; b 1 picture left out: without a value on one of the two sides; c no pair differs; d one group says nothing",
    "Training: baseline 1 min 0 s. Sizes are the same.",
  ]);
  expect(text(/<caption>(.*?)<\/caption>/.exec(html)![1]!)).toBe(
    "Distilled student minus baseline, mean over pictures, with 95\u00a0% interval (bootstrap over seeds and groups). Where the interval includes 0, no difference is found. p: Wilcoxon's signed-rank test over groups, corrected for the number of test sets (Holm). Effect: rank-biserial correlation, −1 to 1. p holds the seeds fixed and the interval draws them too, so the two can disagree.",
  );
});

test("that p and interval can disagree is said where both are shown over several seeds, and only there", () => {
  const untested = { p: null, pHolm: null, effect: null, pairs: 0, zeros: 12, reason: "no pair differs" };
  const { seeds, ...ofOne } = row({});
  expect(seeds).toBe(3);
  const said = (of: GainRow): string => /<caption>.*−1 to 1\.(.*)<\/span><\/caption>/.exec(gainsTable([of], []).html)![1]!;
  expect([row({}), row({ seeds: 2 }), row({ seeds: 1 }), ofOne, row({ low: null, high: null }), row({ test: untested })].map(said)).toEqual(
    [
      " p holds the seeds fixed and the interval draws them too, so the two can disagree.",
      " p holds the seeds fixed and the interval draws them too, so the two can disagree.",
      ...["", "", "", ""],
    ],
  );
});

test("nothing to compare with", () => {
  expect(gainsTable([], []).html).toBe("<p>There is nothing to compare with: no baseline was measured on this set.</p>");
});
