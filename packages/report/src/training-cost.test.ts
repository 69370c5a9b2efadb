import type { ModelResults, Results } from "@segdistill/core";
import { expect, test } from "vitest";
import { trainingCost } from "./training-cost.js";

const model = (changed: Partial<ModelResults> = {}): ModelResults => ({
  ...{ parameters: 403_206, macs: 41_300_000, macsInput: [96, 96, 1], trainSeconds: 60, domains: {} },
  ...changed,
});
const stage = (name: string, seconds: number): Results["stages"][number] => ({ name, steps: 1, seconds, reused: false });
const models = {
  distilled: model({ trainSeconds: 97.1, memoryBytes: 1.21e9 }),
  teacher: model({ trainSeconds: 131.7, memoryBytes: 2.1e9, parameters: 1_942_418 }),
  baseline: model({ trainSeconds: 62.4, memoryBytes: 1.1e9 }),
};
const stages = [stage("teacher", 131.7), stage("paraphraser", 12.5), stage("baseline", 62.4), stage("distillation", 97.1)];

test("time, memory and size of all that took part, other stages too", () => {
  expect(trainingCost({ models, stages })).toEqual([
    "Training: teacher 2 min 12 s, up to 2.1 GB of memory; baseline 1 min 2 s, up to 1.1 GB of memory; distilled student 1 min 37 s, up to 1.21 GB of memory; other stages 12.5 s.",
    "Distilled student and baseline have the same size: 403 k parameters and 41.3 M multiply-accumulates for a picture of 96 × 96 × 1.",
  ]);
});

test("several seeds: stages are listed for each, times are means", () => {
  expect(trainingCost({ models, stages: [...stages, ...stages], seeds: [0, 1] })[0]).toBe(
    "Training (means over 2 seeds): teacher 2 min 12 s, up to 2.1 GB of memory; baseline 1 min 2 s, up to 1.1 GB of memory; distilled student 1 min 37 s, up to 1.21 GB of memory; other stages 12.5 s.",
  );
});

test("what is not known is said", () => {
  const given = model({ trainSeconds: null, reasons: { trainSeconds: "its weights were given, it was not trained here" } });
  const unknown = model({ parameters: null, macs: null });
  expect(trainingCost({ models: { teacher: given, baseline: model(), distilled: unknown }, stages: [] })).toEqual([
    "Training: teacher no time known (its weights were given, it was not trained here); baseline 1 min 0 s; distilled student 1 min 0 s.",
    "How much memory training took was not recorded.",
    "Sizes: distilled student an unknown number of parameters and an unknown number of multiply-accumulates; baseline 403 k parameters and 41.3 M multiply-accumulates for a picture of 96 × 96 × 1.",
  ]);
});

test("nothing to compare: nothing is said", () => {
  expect(trainingCost({ models: { distilled: models.distilled }, stages })).toEqual([]);
});
