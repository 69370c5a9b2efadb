import type { Results } from "@segdistill/core";
import { counted, listed } from "./numbers.js";
import { gatesOf, gateWarning } from "./stage-gates.js";

/** What a reader of the summary should know of the stages, in sentences: gates that did not pass, steps left out, results selected on validation data. Source: our choice. */
export const stageCautions = ({ stages }: Pick<Results, "stages">): readonly string[] => {
  const gates = stages.flatMap((stage) => {
    const warning = gateWarning(gatesOf(null, stage));
    return warning === null ? [] : [`In ${stage.name}, ${warning}`];
  });
  const skipped = stages.flatMap(({ name, skipped = 0 }) => (skipped === 0 ? [] : [`${name} (${counted(skipped, "step")})`]));
  const unequal = unequalSteps(stages);
  const selected = stages.filter(({ kept }) => kept === "best").map(({ name }) => name);
  return [
    ...gates,
    ...(skipped.length === 0 ? [] : [`Steps that gave a number that is not finite were left out in ${listed(skipped)}.`]),
    ...unequal.map(
      ([name, steps, other, others]) =>
        `${name} had ${counted(steps, "step")} and ${other} ${others}: validation ended them apart, so the comparison is not one of equal training.`,
    ),
    ...(selected.length === 0 ? [] : [`Selected on validation data: the result of ${listed(selected)}.`]),
  ];
};

/** Distillations that had another number of steps than the stage they are compared with: names and steps of both, for every seed. */
export const unequalSteps = (stages: Results["stages"]): readonly (readonly [string, number, string, number])[] => {
  const known = new Map(stages.map(({ name, steps }) => [name, steps] as const));
  return stages.flatMap(({ name, steps }) => {
    if (!/^(seed-\d+\/)?distillation$/.test(name)) return [];
    const prefix = name.slice(0, -"distillation".length);
    const other = [`${prefix}continued`, `${prefix}baseline`].find((one) => known.has(one));
    return other === undefined || known.get(other) === steps ? [] : [[name, steps, other, known.get(other)!] as const];
  });
};
