import type { EventLine } from "@segdistill/core";
import { expect, test } from "vitest";
import { untoldStages } from "./untold-stages.js";

const t = "2026-01-02T12:00:00.000Z";
const told = (stage: string, event: "started" | "resumed" | "reused" | "finished"): EventLine => ({ t, stage, event, step: 4, steps: 4 });
const trained = (stage: string): EventLine[] => [told(stage, "started"), told(stage, "finished")];
const asked = (stage: string, best?: boolean): EventLine => ({ t, stage, step: 4, validation: { dice: 0.5 }, ...(best !== undefined && { epoch: 1, best }) }); // prettier-ignore
const untold = (...events: readonly (EventLine | EventLine[])[]): string[] => [...untoldStages(events.flat())];

test("a stage that was trained here is asked of once: at the end of its run, or of the next one", () => {
  expect(untold(trained("a"), trained("b"))).toEqual(["a", "b"]);
  expect(untold(trained("a"), trained("b"), asked("b"))).toEqual(["a"]);
  expect(untold(trained("a"), told("a", "reused"))).toEqual(["a"]);
  expect(untold(trained("a"), asked("a"), told("a", "reused"))).toEqual([]);
});

test("trained anew, it is asked of anew; one that goes on or was taken over is not; the loop's own validation is another", () => {
  expect(untold(trained("a"), asked("a"), trained("a"))).toEqual(["a"]);
  expect(untold(told("a", "started"), told("a", "resumed"))).toEqual([]);
  expect(untold(told("a", "reused"))).toEqual([]);
  expect(untold(told("a", "started"), asked("a", true), told("a", "finished"))).toEqual(["a"]);
});
