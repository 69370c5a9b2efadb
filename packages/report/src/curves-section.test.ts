import type { EventLine, StageResults } from "@segdistill/core";
import { expect, test } from "vitest";
import { exampleInput } from "../test/example-input.js";
import { curvesOf } from "./curves-of.js";
import { curvesSection } from "./curves-section.js";

const { results } = exampleInput();
const t = "2026-01-05T10:00:00.000Z";
const step = (stage: string, n: number, weight = 1): EventLine => ({
  ...{ t, stage, step: n, epoch: 1, terms: { "kd/logits": { raw: 4 - n, weight } }, rate: 0.1, ms: 4 },
});
const validated = (stage: string, n: number, dice: number, best: boolean): EventLine => ({
  ...{ t, stage, step: n, epoch: n / 2, validation: { dice }, best },
});
const ended = (stage: string, done: number, budget: number): EventLine => ({ t, stage, event: "finished", step: done, steps: budget });
const stage = (name: string, more: Partial<StageResults> = {}): StageResults => ({ name, steps: 2, seconds: 1, reused: false, ...more });

/** The section's HTML, and its words without those of the drawings. */
const section = (lines: readonly EventLine[], stages: readonly StageResults[], seeds?: readonly number[]) => {
  const { html } = curvesSection({
    ...{ curves: curvesOf(lines), shown: {}, configuration: "" },
    results: { ...results, stages, ...(seeds && { seeds }) },
  })!;
  const words = html
    .replace(/<svg[^]*?<\/svg>/g, "")
    .replace(/<[^>]*>/g, "|")
    .replace(/[|\n]+/g, "|");
  return { html, words };
};
const head =
  "|Training|Every term of every stage, before its weight. Line: mean of the steps that a point stands for. Band: the smallest and largest of them. The horizontal axis counts steps.";
const pooled =
  "Validation between epochs is measured over all its pictures as one, so it is not the mean over pictures that test sets have.";

test("a plain stage says how many steps it did, and nothing of what it did not have", () => {
  const { words } = section([step("teacher", 0), step("teacher", 1), ended("teacher", 2, 2)], [stage("teacher", { skipped: 0 })]);
  expect(words).toBe(`${head}|teacher|2 of 2 steps done.|Learning rate 0.1 throughout.|kd/logits| weight 1|`);
});

test("a stage that ended early by validation: sentences, the best marked in its curve, scores after training, a weight that moves", () => {
  const lines = [
    ...[step("baseline", 0, 0), step("baseline", 1, 0.5), validated("baseline", 2, 0.75, true)],
    ...[step("baseline", 2, 1), step("baseline", 3, 1), validated("baseline", 4, 0.5, false), ended("baseline", 4, 10)],
    { t, stage: "baseline", step: 4, validation: { dice: 0.625, auc: null } },
  ];
  const { html, words } = section(lines, [stage("baseline", { bestStep: 2, kept: "best" })]);
  expect(words).toBe(
    `${head}|baseline|Ended early, after 4 of 10 steps: its validation had not become better for as long as it was to wait. ` +
      "Its result is the best by validation, that after 2 steps (epoch 1): selected on validation data, so its validation score is no fair estimate of how good it is. " +
      "On the validation pictures after training, mean over pictures: Dice 0.625, AUC not defined." +
      `|Learning rate 0.1 throughout. ${pooled}|kd/logits| |its weight|Validation: Dice| dashed: best after 2 steps (epoch 1)|`,
  );
  // steps 0 to 4 over 48 to 330: the best at 189, on the upper end of an axis from 0.5 to 0.75
  expect(html).toContain('<path class="mark" d="M189 8V148"/><circle class="mark" cx="189" cy="8" r="4.5"/>');
  expect(html).toContain("From 0.75 at step 2 to 0.5 at step 4. Best after 2 steps (epoch 1).</desc>");
  expect(html.match(/class="mark" d=/g)!.length).toBe(1); // in no other curve
});

test("validation that nothing was chosen by marks nothing", () => {
  const lines = [step("teacher", 0), step("teacher", 1), validated("teacher", 2, 0.75, false), ended("teacher", 2, 2)];
  const { html, words } = section(lines, [stage("teacher")]);
  expect(words).toContain("|Validation: Dice| |");
  expect(html).not.toContain("mark");
});

test("a reused stage has no curves, but what is known of it is shown; one without news is only named", () => {
  const gate = { passed: false, gates: [{ name: "m/close", value: 0.5, passed: false }] };
  const { words } = section(
    [
      { t, stage: "teacher", event: "reused", step: 4, steps: 10 },
      { t, stage: "plain", event: "reused", step: 4, steps: 4 },
    ],
    [stage("teacher", { reused: true, bestStep: 2, kept: "last", skipped: 1, gate }), stage("plain", { reused: true })],
  );
  expect(words).toBe(
    `${head}|Without a curve here: teacher and plain. A stage that was reused, or has no steps, recorded none in this run.|teacher|` +
      "Ended early, after 4 of 10 steps: its validation had not become better for as long as it was to wait. " +
      "Validation was best after 2 steps; its result is nevertheless that of the last step. When it ended was selected on validation data." +
      "|Warning:| gate m/close (value 0.5) did not pass. It only warns: what builds on this stage was trained all the same." +
      "|Gates of teacher: conditions on what it trained, measured over its validation data (its own data where it has none).|Gate|Value|Outcome|m/close|0.5|not passed" +
      "|1 step was left out: it gave a number that is not finite, and all that it had moved was set back. Which ones is told by the run that trained this stage.|",
  );
});

test("several seeds: the first one's curves under its name, the others' are said to stand elsewhere and not to be missing", () => {
  const stages = [stage("seed-3/teacher"), stage("seed-5/teacher"), stage("seed-5/alignment", { skipped: 2 })];
  const { words } = section([step("teacher", 0), step("teacher", 1), ended("teacher", 2, 2)], stages, [3, 5]);
  expect(words).toBe(
    `${head.replace("Every", "Curves are those of seed 3; those of the other seeds stand in the reports of their own folders. Every")}|seed-3/teacher|2 of 2 steps done.|Learning rate 0.1 throughout.|kd/logits| weight 1|` +
      "seed-5/alignment|2 steps were left out: they gave a number that is not finite, and all that they had moved was set back. Which ones is told by the run that trained this stage.|",
  );
});

test("gradients are shown where they were inspected, and only there", () => {
  const looked: EventLine = { t, stage: "b", event: "gradients", step: 0, norms: { "kd/logits": 2 }, cosines: {} };
  const { words } = section([step("a", 0), ended("a", 1, 1), step("b", 0), looked, ended("b", 1, 1)], [stage("a"), stage("b")]);
  expect(words.match(/How the terms pull/g)!.length).toBe(1);
  expect(words.indexOf("|b|")).toBeLessThan(words.indexOf("How the terms pull"));
  expect(words).toContain("|Gradient of kd/logits| mean 2|");
});
