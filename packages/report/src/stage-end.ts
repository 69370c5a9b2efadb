import type { StageResults } from "@segdistill/core";
import { counted } from "./numbers.js";
import type { StageTold } from "./report-input.js";

/** How a stage ended, as far as it is known. */
export interface StageEnd {
  readonly end: StageTold["end"];
  readonly best: StageTold["best"];
  readonly kept: NonNullable<StageResults["kept"]> | null;
}

/** From the results, which know of stages that were reused too, else from the events. */
export const stageEnd = (told: StageTold | null, results: StageResults | null): StageEnd => {
  const step = results?.bestStep ?? told?.best?.step;
  const epoch = told?.best?.step === step ? (told?.best?.epoch ?? null) : null;
  return { end: told?.end ?? null, best: step === undefined ? null : { step, epoch }, kept: results?.kept ?? null };
};

/** When a stage's validation was best, in words: "after 240 steps (epoch 6)". */
export const whenBest = ({ step, epoch }: NonNullable<StageTold["best"]>): string =>
  `after ${counted(step, "step")}${epoch === null ? "" : ` (epoch ${epoch})`}`;

/** How a stage ended, in sentences: steps of its budget, an early end, which networks are its result, and whether they were selected on validation data. Source: our choice. */
export const endSentences = ({ end, best, kept }: StageEnd): readonly string[] => {
  const early = end !== null && end.done < end.budget;
  const steps =
    end === null
      ? []
      : early
        ? [
            `Ended early, after ${end.done} of ${counted(end.budget, "step")}: its validation had not become better for as long as it was to wait.`,
          ]
        : [`${end.done} of ${counted(end.budget, "step")} done.`];
  const moment = early ? ["When it ended was selected on validation data."] : [];
  if (best === null) return [...steps, ...moment];
  const when = whenBest(best);
  if (kept === "best")
    return [
      ...steps,
      `Its result is the best by validation, that ${when}: selected on validation data, so its validation score is no fair estimate of how good it is.`,
    ];
  const last = kept === "last" ? "; its result is nevertheless that of the last step" : "";
  return [
    ...steps,
    end !== null && best.step === end.done && kept === "last"
      ? `Validation was best ${when}, the last ones, whose networks are its result.`
      : `Validation was best ${when}${last}.`,
    ...moment,
  ];
};
