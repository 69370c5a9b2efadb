import type { Outcome } from "@segdistill/core";
import { expect, test } from "vitest";
import { stageResults } from "./stage-results.js";

const outcome: Outcome = {
  ...{ stage: "distillation", key: "k", steps: 320, seconds: 12.5, reused: false, gates: [], skipped: 0, bestStep: null, kept: null },
};
test("a plain stage: nothing was left out, nothing chosen, no gate, memory not noted", () => {
  expect(stageResults(outcome, null)).toEqual({
    ...{ name: "distillation", key: "k", steps: 320, seconds: 12.5, reused: false, skipped: 0 },
  });
});

test("gates as a whole and each, steps left out, memory", () => {
  const gates = [
    { name: "m/a", value: 0.5, passed: true },
    { name: "m/b", value: 2, passed: false },
  ];
  expect(stageResults({ ...outcome, gates, skipped: 3 }, 1000)).toEqual({
    ...{ name: "distillation", key: "k", steps: 320, seconds: 12.5, reused: false, memoryBytes: 1000, skipped: 3 },
    gate: { passed: false, gates },
  });
  expect(stageResults({ ...outcome, gates: gates.slice(0, 1) }, null).gate).toEqual({ passed: true, gates: gates.slice(0, 1) });
});

test("the best step with what was kept, of a method's own stage too", () => {
  expect(stageResults({ ...outcome, stage: "paraphraser", bestStep: 240, kept: "best" }, null)).toEqual({
    ...{ name: "paraphraser", key: "k", steps: 320, seconds: 12.5, reused: false, skipped: 0, bestStep: 240, kept: "best" },
  });
  expect(stageResults({ ...outcome, bestStep: 240, kept: "last" }, null)).toMatchObject({ bestStep: 240, kept: "last" });
});
