import { expect, test } from "vitest";
import { isMetricName, metricNamed, metricNames, metrics, type Metric } from "./metrics.js";

test("the names that configurations may use", () => {
  expect(metricNames).toEqual(["dice", "iou", "meanIou", "sensitivity", "specificity", "precision", "accuracy", "auc"]);
  expect(metricNames.filter((name) => metrics[name].needs === "scores")).toEqual(["auc"]);
  expect(isMetricName("dice")).toBe(true);
  expect(isMetricName("toString")).toBe(false);
});

test("a perfect answer reaches the better end of the range", () => {
  for (const name of metricNames) {
    const metric: Metric = metricNamed(name);
    const best = metric.better === "higher" ? metric.range[1] : metric.range[0];
    const score =
      metric.needs === "labels"
        ? metric.score({ classes: 2, matrix: [3, 0, 0, 2] })
        : metric.score({ foreground: Float32Array.of(2), background: Float32Array.of(1) });
    expect([name, score.value]).toEqual([name, best]);
  }
});

test("an unknown name is refused with the known ones", () => {
  expect(() => metricNamed("f1")).toThrow(
    expect.objectContaining({
      name: "SegDistillError",
      code: "metrics-unknown",
      exit: 2,
      message:
        '[metrics] there is no metric "f1". Expected one of: dice, iou, meanIou, sensitivity, specificity, precision, accuracy, auc. Correct evaluate.metrics.',
    }) as Error,
  );
});
