import { expect, test } from "vitest";
import { modelOf, resultsOf, scoresOf } from "../test/compared-runs.js";
import { refusal } from "../test/refusal.js";
import { assertComparable } from "./compare/comparable.js";
import { metricsOf } from "./metrics-of.js";
import { scoresTable } from "./scores-table.js";
import { headMetric } from "./summary.js";

const scores = { reasons: { auc: "one class" }, notes: { iou: "2 of 3 classes" }, iou: 0.5, auc: null };

test("metrics in their order, null ones too; reasons and notes are none, a metric of another name is", () => {
  expect(metricsOf(scores)).toEqual(["iou", "auc"]);
  expect(metricsOf({ note: 1, dice: 0 })).toEqual(["note", "dice"]);
  expect(metricsOf({})).toEqual([]);
});

test("what is said of metrics is taken for one nowhere: not the first metric, no column, none to choose from", () => {
  const domain = { ...scoresOf([1]), mean: scores, pooled: scores };
  const results = resultsOf({ distilled: modelOf({ own: domain }) });
  expect(headMetric(results)).toBe("iou");
  expect(
    [...scoresTable([{ model: "distilled", scores: domain }]).html.matchAll(/<th scope="col"[^>]*>(.*?)<\/th>/g)].map(([, name]) => name),
  ).toEqual([...["Model", "IoU", "AUC", "Model", "IoU", "AUC"]]);
  expect(() => assertComparable([{ label: "a", seeds: [results] }], "notes")).toThrow(
    refusal(
      "report-compare-metric",
      '[compare] a was not measured by "notes". It has "iou", "auc". Choose one of them with --metric, or add it to evaluate.metrics and run again.',
    ),
  );
});
