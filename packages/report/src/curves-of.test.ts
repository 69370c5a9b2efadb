import type { EventLine } from "@segdistill/core";
import { expect, test } from "vitest";
import { curvesOf } from "./curves-of.js";

const t = "2026-01-05T10:00:00.000Z";
const step = (stage: string, n: number, raw: number, weight: number): EventLine => ({
  ...{ t, stage, step: n, epoch: 1, terms: { "kd/logits": { raw, weight } }, rate: 0.1 / n, ms: 4 },
});
const point = (n: number, value: number) => ({ step: n, value, low: value, high: value });

const untold = { end: null, best: null, measured: null, gates: [], skipped: { count: 0, examples: [] }, gradients: null };

test("raw values, weights, rates and validation by stage; what has no step and no end is left out", () => {
  const lines: readonly EventLine[] = [
    { t, stage: "teacher", event: "reused", validation: "not a score" },
    { t, stage: "distillation", event: "started" },
    step("distillation", 1, 3, 0),
    step("distillation", 2, 2, 0.5),
    { t, stage: "distillation", validation: { dice: 0.4, auc: null }, reasons: { auc: "one class" }, best: false },
    step("baseline", 1, 7, 1),
  ];
  expect(curvesOf(lines)).toEqual([
    {
      stage: "distillation",
      terms: { "kd/logits": { raw: [point(1, 3), point(2, 2)], weight: [point(1, 0), point(2, 0.5)] } },
      rate: [point(1, 0.1), point(2, 0.05)],
      validation: { dice: [point(2, 0.4)] },
      stepsPerPoint: 1,
      told: untold,
    },
    {
      stage: "baseline",
      terms: { "kd/logits": { raw: [point(1, 7)], weight: [point(1, 1)] } },
      rate: [point(1, 0.1)],
      validation: {},
      stepsPerPoint: 1,
      told: untold,
    },
  ]);
});

test("what was measured after training is no point of a curve; a stage that was reused still says how it ended", () => {
  const lines: readonly EventLine[] = [
    { t, stage: "teacher", event: "reused", step: 40, steps: 60 },
    step("baseline", 0, 7, 1),
    { t, stage: "baseline", step: 1, epoch: 1, validation: { dice: 0.4 }, best: true },
    { t, stage: "baseline", step: 1, validation: { dice: 0.7 } },
  ];
  const [teacher, baseline] = curvesOf(lines);
  expect([teacher!.rate, teacher!.told.end]).toEqual([[], { done: 40, budget: 60 }]);
  expect(baseline!.validation).toEqual({ dice: [point(1, 0.4)] });
  expect(baseline!.told.measured).toEqual({ dice: 0.7 });
});

test("long stages are thinned, and it is said by how much", () => {
  const lines = Array.from({ length: 1001 }, (_, i) => step("teacher", i + 1, i, 1));
  const [curves] = curvesOf(lines, 500);
  expect(curves!.stepsPerPoint).toBe(3);
  expect(curves!.terms["kd/logits"]!.raw.length).toBe(334);
  expect(curves!.terms["kd/logits"]!.raw[0]).toEqual({ step: 3, value: 1, low: 0, high: 2 });
});
