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
  const selected = stages.filter(({ kept }) => kept === "best").map(({ name }) => name);
  return [
    ...gates,
    ...(skipped.length === 0 ? [] : [`Steps that gave a number that is not finite were left out in ${listed(skipped)}.`]),
    ...(selected.length === 0 ? [] : [`Selected on validation data: the result of ${listed(selected)}.`]),
  ];
};
