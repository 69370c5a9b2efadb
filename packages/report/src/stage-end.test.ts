import type { StageResults } from "@segdistill/core";
import { expect, test } from "vitest";
import { endSentences, stageEnd } from "./stage-end.js";

const all = { done: 480, budget: 480 };
const early = { done: 320, budget: 480 };
const best = { step: 240, epoch: 6 };

test("all steps done, or fewer because the stage's patience was over", () => {
  expect(endSentences({ end: all, best: null, kept: null })).toEqual(["480 of 480 steps done."]);
  expect(endSentences({ end: { done: 1, budget: 1 }, best: null, kept: null })).toEqual(["1 of 1 step done."]);
  expect(endSentences({ end: null, best: null, kept: null })).toEqual([]);
  expect(endSentences({ end: early, best, kept: "last" })).toEqual([
    "Ended early, after 320 of 480 steps: its validation had not become better for as long as it was to wait.",
    "Validation was best after 240 steps (epoch 6); its result is nevertheless that of the last step.",
    "When it ended was selected on validation data.",
  ]);
});

test("a result that was selected on validation data is called that, another is not", () => {
  expect(endSentences({ end: all, best, kept: "best" })).toEqual([
    "480 of 480 steps done.",
    "Its result is the best by validation, that after 240 steps (epoch 6): selected on validation data, so its validation score is no fair estimate of how good it is.",
  ]);
  expect(endSentences({ end: all, best, kept: "last" })[1]).toBe(
    "Validation was best after 240 steps (epoch 6); its result is nevertheless that of the last step.",
  );
  expect(endSentences({ end: all, best: { step: 480, epoch: 12 }, kept: "last" })[1]).toBe(
    "Validation was best after 480 steps (epoch 12), the last ones, whose networks are its result.",
  );
  expect(endSentences({ end: all, best: { step: 240, epoch: null }, kept: null })[1]).toBe("Validation was best after 240 steps.");
});

test("results know the best step of a reused stage; its epoch only where the events tell of the same one", () => {
  const told = { end: all, best, measured: null, gates: [], skipped: { count: 0, examples: [] }, gradients: null };
  const results: StageResults = { name: "a", steps: 480, seconds: 1, reused: true, bestStep: 240, kept: "best" };
  expect(stageEnd(told, results)).toEqual({ end: all, best, kept: "best" });
  expect(stageEnd(null, results)).toEqual({ end: null, best: { step: 240, epoch: null }, kept: "best" });
  expect(stageEnd(told, { ...results, bestStep: 200 }).best).toEqual({ step: 200, epoch: null });
  expect(stageEnd({ ...told, best: null }, null)).toEqual({ end: all, best: null, kept: null });
});
