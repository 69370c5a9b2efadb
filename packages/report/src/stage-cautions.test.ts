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
