import type { Outcome, StageResults } from "@segdistill/core";
import type { Resolved } from "../config/configure.js";

/** What became of a stage as results.json has it; `memoryBytes` null where it was not noted. Source: interfaces.md 5. */
export const stageResults = (
  { stage, key, steps, seconds, reused, gates, skipped, bestStep }: Outcome,
  memoryBytes: number | null,
  config: Pick<Resolved, "teacher" | "distil">,
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
  ...(bestStep !== null && { bestStep, ...keptOf(config, stage) }),
});

/** Which networks a stage of the configuration ended with; nothing of a stage that a method brought. */
const keptOf = ({ teacher, distil }: Pick<Resolved, "teacher" | "distil">, stage: string): Pick<StageResults, "kept"> => {
  const budget = stage === "teacher" ? teacher.train : ["baseline", "continued", "distillation"].includes(stage) ? distil : undefined;
  return budget?.validate ? { kept: budget.validate.keep } : {};
};
