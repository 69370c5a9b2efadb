import type { StageResults } from "@segdistill/core";
import { expect, test } from "vitest";
import { stageCautions } from "./stage-cautions.js";

const stage = (name: string, more: Partial<StageResults> = {}): StageResults => ({ name, steps: 40, seconds: 1, reused: false, ...more });

test("gates that did not pass, steps left out, selection: in sentences; nothing of a plain run", () => {
  const gate = { passed: false, gates: [{ name: "m/close", value: 0.5, passed: false }] };
  expect(stageCautions({ stages: [stage("teacher", { skipped: 0, bestStep: 20, kept: "last" }), stage("baseline")] })).toEqual([]);
  const stages = [
    stage("teacher", { kept: "best", skipped: 1 }),
    stage("distillation", { kept: "best", skipped: 3 }),
    stage("alignment", { gate }),
  ];
  expect(stageCautions({ stages })).toEqual([
    "In alignment, gate m/close (value 0.5) did not pass. It only warns: what builds on this stage was trained all the same.",
    "Steps that gave a number that is not finite were left out in teacher (1 step) and distillation (3 steps).",
    "Selected on validation data: the result of teacher and distillation.",
  ]);
});

test("a comparison after unequal training is called that; the baseline continued is what counts where there is one", () => {
  const of = (name: string, steps: number): StageResults => stage(name, { steps });
  expect(stageCautions({ stages: [of("teacher", 90), of("baseline", 60), of("distillation", 40)] })).toEqual([
    "distillation had 40 steps and baseline 60: validation ended them apart, so the comparison is not one of equal training.",
  ]);
  expect(stageCautions({ stages: [of("baseline", 60), of("continued", 40), of("distillation", 40)] })).toEqual([]);
  const seeds = [of("seed-1/baseline", 40), of("seed-1/distillation", 40), of("seed-2/baseline", 40), of("seed-2/distillation", 20)];
  expect(stageCautions({ stages: seeds })).toEqual([
    "seed-2/distillation had 20 steps and seed-2/baseline 40: validation ended them apart, so the comparison is not one of equal training.",
  ]);
});
