import { eventsOfStage, type EventLine } from "@segdistill/core";

/**
 * Stages that were trained in this run folder and of which the validation set has not been asked since: a run may end between training and measuring, and the
 * next call finds them done. A stage that was taken over from another run was asked of there. Scores of the loop's own validation say whether they were the best,
 * those after training do not.
 */
export const untoldStages = (events: readonly EventLine[]): ReadonlySet<string> =>
  new Set(
    [...new Set(events.map(({ stage }) => stage))].filter((stage) => {
      const own = eventsOfStage(events, stage);
      const trained = own.some((line) => "event" in line && line.event === "finished");
      return trained && !own.some((line) => "validation" in line && !("best" in line));
    }),
  );
