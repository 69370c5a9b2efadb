import type { Outcome } from "@segdistill/core";
import { expect, test } from "vitest";
import type { Resolved } from "../config/configure.js";
import { stageResults } from "./stage-results.js";

const outcome: Outcome = {
  ...{ stage: "distillation", key: "k", steps: 320, seconds: 12.5, reused: false, gates: [], skipped: 0, bestStep: null },
};
const validated = (keep: "best" | "last") => ({ validate: { every: 1, keep } });
const config = { teacher: { train: validated("best") }, distil: validated("last") } as unknown as Pick<Resolved, "teacher" | "distil">;

test("a plain stage: nothing was left out, nothing chosen, no gate, memory not noted", () => {
  expect(stageResults(outcome, null, config)).toEqual({
    ...{ name: "distillation", key: "k", steps: 320, seconds: 12.5, reused: false, skipped: 0 },
  });
});

test("gates as a whole and each, steps left out, memory", () => {
  const gates = [
    { name: "m/a", value: 0.5, passed: true },
    { name: "m/b", value: 2, passed: false },
  ];
  expect(stageResults({ ...outcome, gates, skipped: 3 }, 1000, config)).toEqual({
    ...{ name: "distillation", key: "k", steps: 320, seconds: 12.5, reused: false, memoryBytes: 1000, skipped: 3 },
    gate: { passed: false, gates },
  });
  expect(stageResults({ ...outcome, gates: gates.slice(0, 1) }, null, config).gate).toEqual({ passed: true, gates: gates.slice(0, 1) });
});

test("the best step with what was kept, by whose budget it is; not known of a method's own stage", () => {
  const chosen = (stage: string) => {
    const { bestStep, kept } = stageResults({ ...outcome, stage, bestStep: 240 }, null, config);
    return [bestStep, kept];
  };
  expect(["teacher", "baseline", "continued", "distillation", "paraphraser"].map(chosen)).toEqual([
    [240, "best"],
    [240, "last"],
    [240, "last"],
    [240, "last"],
    [240, undefined],
  ]);
});
