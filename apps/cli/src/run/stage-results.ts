import type { Outcome, StageResults } from "@segdistill/core";

/** What became of a stage as results.json has it; `memoryBytes` null where it was not noted. Source: interfaces.md 5. */
export const stageResults = (
  { stage, key, steps, seconds, reused, gates, skipped, bestStep, kept }: Outcome,
  memoryBytes: number | null,
): StageResults => ({
  name: stage,
  key,
  steps,
  seconds,
  reused,
  ...(memoryBytes !== null && { memoryBytes }),
  ...(gates.length > 0 && {
    gate: {
      passed: gates.every(({ passed }) => passed),
      gates: gates.map((gate) => ({ ...gate, value: Number.isFinite(gate.value) ? gate.value : null })),
    },
  }),
  skipped,
  ...(bestStep !== null && { bestStep }),
  ...(kept !== null && { kept }),
});
