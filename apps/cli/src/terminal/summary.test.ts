import type { GainRow, ModelResults, Results } from "@segdistill/core";
import { expect, test } from "vitest";
import { summary } from "./summary.js";

const model = (iou: number, trainSeconds: number): Pick<ModelResults, "parameters" | "macs" | "trainSeconds" | "domains"> => ({
  ...{ parameters: 1200, macs: 5e6, trainSeconds },
  domains: { own: { cases: [{ id: "a", group: "g", iou }], mean: { iou }, pooled: { iou } } },
});
const of = (gains: readonly Partial<GainRow>[], models: Results["models"]) =>
  ({
    seed: 0,
    data: { own: { fingerprint: "f", cases: 1, groups: 6, unseen: false } },
    ...{ models, gains, stages: [] },
  }) as unknown as Results;
const both = { baseline: model(0.4, 60), distilled: model(0.5, 90) };
const gain = { model: "distilled", against: "baseline", domain: "own", metric: "iou", level: 0.95, n: 1, groups: 12, seeds: 1 };
const where = [
  "",
  "report   runs/x/report.html",
  "results  runs/x/results.json",
  "next     segdistill predict runs/x/students/distilled <picture or folder> -o predictions",
  "",
];
const training = [
  "Training: baseline 1 min 0 s; distilled student 1 min 30 s.",
  "How much memory training took was not recorded.",
  "Distilled student and baseline have the same size: 1.2 k parameters and 5 M multiply-accumulates for a picture.",
  "Seed 0. One seed is too few (fewer than 3): how much another seed would change is not known.",
];

test("after the table: the same in words, where everything is, and the next command", () => {
  expect(summary(of([], { distilled: both.distilled }), "runs/x", true)).toBe(
    [
      "Everything is done already: configuration, data and code are those of runs/x.",
      "",
      "iou                        own",
      "           1 picture, 6 groups",
      "distilled                0.500",
      "",
      "No baseline was trained, so this run cannot say whether distillation helped.",
      training[3],
      ...where,
    ].join("\n"),
  );
});

test.each([
  [0.05, 0.15, "gain", "Distillation improves IoU on own."],
  [-0.1, 0.3, "no difference found", "No difference found on own."],
])("an interval from %d to %d: %s, with time and size beside it", (low, high, found, headline) => {
  const interval = `+0.100 (${low < 0 ? "−" : "+"}${Math.abs(low).toFixed(3)} to +${high.toFixed(3)})`;
  expect(summary(of([{ ...gain, mean: 0.1, low, high }], both), "runs/x", false)).toBe(
    [
      "",
      "iou                                              own",
      "                                 1 picture, 6 groups",
      "baseline                                       0.400",
      "distilled                                      0.500",
      `difference, 95 % interval  ${interval}`,
      found.padStart(52),
      "",
      headline,
      ...training,
      ...where,
    ].join("\n"),
  );
});
