import type { ModelResults, Results } from "@segdistill/core";
import { inOrder, modelName } from "./names.js";
import { count, counted, duration, listed } from "./numbers.js";

/**
 * What the comparison of distilled student and baseline was paid with, in sentences: training time and memory of all networks, other stages, size of the students.
 * Stands beside every gain, so that more training is not taken for a better method. What is not known is said. Empty where nothing was distilled or there is no baseline.
 * Source: our choice.
 */
export const trainingCost = ({ models, stages, seeds = [] }: Pick<Results, "models" | "stages" | "seeds">): readonly string[] => {
  const { distilled, baseline } = models;
  if (!distilled || !baseline) return [];
  const trained = inOrder(Object.keys(models)).filter((name) => name === "teacher" || name === "baseline" || name === "distilled");
  const parts = trained.map((name) => `${lower(name)} ${spent(models[name]!)}`);
  const rest = otherSeconds(stages, models, Math.max(1, seeds.length));
  const average = seeds.length > 1 ? ` (means over ${counted(seeds.length, "seed")})` : "";
  return [
    `Training${average}: ${[...parts, ...(rest > 0.5 ? [`other stages ${duration(rest)}`] : [])].join("; ")}.`,
    ...(trained.every((name) => (models[name]!.memoryBytes ?? null) === null) ? ["How much memory training took was not recorded."] : []),
    size(distilled) === size(baseline)
      ? `Distilled student and baseline have the same size: ${size(distilled)}.`
      : `Sizes: distilled student ${size(distilled)}; baseline ${size(baseline)}.`,
  ];
};

const lower = (name: string): string => modelName(name).toLowerCase();

const spent = ({ trainSeconds, memoryBytes = null, reasons }: ModelResults): string => {
  const time = trainSeconds === null ? `no time known (${reasons?.["trainSeconds"] ?? "no reason was given"})` : duration(trainSeconds);
  return memoryBytes === null ? time : `${time}, up to ${count(memoryBytes)}B of memory`;
};

const size = ({ parameters, macs, macsInput }: ModelResults): string =>
  listed([
    parameters === null ? "an unknown number of parameters" : `${count(parameters)} parameters`,
    macs === null
      ? "an unknown number of multiply-accumulates"
      : `${count(macs)} multiply-accumulates for a picture${macsInput ? ` of ${macsInput.join(" × ")}` : ""}`,
  ]);

/** Seconds of the stages that none of the models is made by: what methods train beside them. */
const otherSeconds = (stages: Results["stages"], models: Results["models"], seeds: number): number => {
  const all = stages.reduce((sum, { seconds }) => sum + seconds, 0) / seeds;
  return all - Object.values(models).reduce((sum, { trainSeconds }) => sum + (trainSeconds ?? 0), 0);
};
