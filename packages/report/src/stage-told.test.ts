import type { EventLine, StageLine } from "@segdistill/core";
import { expect, test } from "vitest";
import { curvesOf } from "./curves-of.js";
import type { StageTold } from "./report-input.js";

const t = "2026-01-05T10:00:00.000Z";
const stage = "distillation";
const event = (line: Omit<StageLine, "t" | "stage">): EventLine => ({ t, stage, ...line }) as StageLine;
const validated = (step: number, epoch: number, dice: number, best: boolean): EventLine => ({
  t,
  stage,
  step,
  epoch,
  validation: { dice },
  best,
});
const end = event({ event: "finished", step: 6, steps: 9 });
const told = (...lines: readonly EventLine[]): StageTold => curvesOf([...lines, end], 3)[0]!.told;

test("the end is that of the last run of the stage, the best the last that was better", () => {
  const found = told(
    event({ event: "started", step: 0, steps: 9 }),
    validated(2, 1, 0.5, true),
    validated(4, 2, 0.7, true),
    validated(6, 3, 0.6, false),
  );
  expect(found.end).toEqual({ done: 6, budget: 9 });
  expect(found.best).toEqual({ step: 4, epoch: 2 });
  expect(told(validated(2, 1, 0.5, false)).best).toBe(null);
});

test("a gate that is told again is the later one; steps left out are counted, five are kept", () => {
  const gate = (name: string, value: number | null, passed: boolean) => event({ event: "gate", gate: name, value, passed });
  const warned = event({ event: "gate", gate: "m/z", value: 2, passed: false, warning: "Lower it." });
  const skipped = [0, 1, 2, 3, 4, 5].map((step) => event({ event: "skipped", step, term: "a/b", cases: [`case-${step}`], where: "w" }));
  const found = told(gate("m/x", 0.1, false), gate("m/y", null, false), gate("m/x", 0.9, true), ...skipped, warned);
  expect(found.gates).toEqual([
    { name: "m/x", value: 0.9, passed: true },
    { name: "m/y", value: null, passed: false },
    { name: "m/z", value: 2, passed: false, warning: "Lower it." },
  ]);
  expect(found.skipped.count).toBe(6);
  expect(found.skipped.examples.map(({ step, cases }) => [step, cases])).toEqual([0, 1, 2, 3, 4].map((step) => [step, [`case-${step}`]]));
});

test("norms over time, cosines as mean and range over the times with one", () => {
  const looked = (step: number, a: number | null, cosine: number | null) =>
    event({ event: "gradients", step, norms: { a, b: 2 }, cosines: { "a · b": cosine, "a · c": null } });
  const point = (step: number, value: number, low = value, high = value) => ({ step, value, low, high });
  expect(told(looked(0, 4, 0.5), looked(2, null, null), looked(4, 1, -0.1), looked(6, 3, 0.2)).gradients).toEqual({
    norms: {
      a: { points: [point(0, 4), point(4, 1), point(6, 3)], notFinite: 1 },
      b: { points: [point(2, 2), point(6, 2)], notFinite: 0 }, // four times to at most three points
    },
    cosines: [
      { pair: "a · b", mean: expect.closeTo(0.2, 12) as number, low: -0.1, high: 0.5, n: 3, nulls: 1 },
      { pair: "a · c", mean: null, low: null, high: null, n: 0, nulls: 4 },
    ],
  });
  expect(told().gradients).toBe(null);
});

test("what is not of the form that core writes is not taken, and breaks nothing", () => {
  const found = told(
    event({ event: "gate", gate: 3, passed: "yes" }),
    event({ event: "skipped", step: "x", term: null, cases: [1, "known"] }),
    event({ event: "gradients", norms: [[]], cosines: 3 }),
    event({ event: "finished", step: null }),
  );
  expect(found.gates).toEqual([]);
  expect(found.skipped).toEqual({ count: 1, examples: [{ step: 0, term: "not known", cases: ["known"], where: "not known" }] });
  expect(found.gradients).toEqual({ norms: { 0: { points: [], notFinite: 1 } }, cosines: [] });
});
