import type { OverTime, PlannedStage } from "@segdistill/core";
import type { Json } from "@segdistill/core/contract";
import type { Probed } from "./probe.js";

/** How a number goes over a stage. */
export interface Course {
  /** At 0, 25, 50, 75 and 100 % of the updates. */
  readonly at: readonly [number, number, number, number, number];
  /** 25 values from the first update to the last. */
  readonly values: readonly number[];
  readonly constant: boolean;
}

/** A tap with the size that it has in this stage. */
export interface ExplainedTap {
  readonly name: string;
  /** `[B, h, w, C]` */
  readonly shape: readonly [number, number, number, number];
  readonly readBy: readonly string[];
}

export interface ExplainedStage {
  readonly name: string;
  readonly after: readonly string[];
  readonly steps: number;
  readonly epochs: number;
  readonly nets: readonly {
    readonly role: string;
    readonly network: string;
    readonly mode: "trained" | "frozen" | "given";
    readonly from: string | null;
    readonly parameters: number;
    readonly taps: readonly ExplainedTap[];
  }[];
  readonly trains: PlannedStage["trains"];
  readonly adversaries: PlannedStage["adversaries"];
  readonly collect: PlannedStage["collect"];
  readonly gates: PlannedStage["gates"];
  readonly terms: readonly { readonly name: string; readonly weight: Course }[];
  readonly rate: Course;
  readonly optimiser: Json;
  readonly accumulate: PlannedStage["accumulate"];
  readonly recompute: PlannedStage["recompute"];
  readonly average: PlannedStage["average"];
  readonly balance: PlannedStage["balance"];
  readonly validation: PlannedStage["validation"];
  readonly nonFinite: PlannedStage["nonFinite"];
  /** Null where nothing was probed. */
  readonly probe: (Probed & { readonly totalSeconds: number }) | null;
  /** What a step is estimated to take from a trace, beside weights and all else that the process holds, in bytes; null where that was not asked. */
  readonly stepBytes: number | null;
}

/** A run before it is run; what `explain --json` prints. */
export interface Explanation {
  readonly name: string;
  readonly seed: number;
  readonly precision: string;
  readonly data: { readonly cases: number; readonly batch: readonly [number, number, number, number]; readonly batchesPerEpoch: number };
  readonly stages: readonly ExplainedStage[];
  readonly steps: number;
  /** Training without measuring; null where nothing was probed. */
  readonly totalSeconds: number | null;
  readonly peakBytes: number | null;
}

/** What is known beside the stages. */
export interface About {
  readonly name: string;
  readonly seed: number;
  readonly precision: string;
  /** Training pictures. */
  readonly cases: number;
}

const courseOf = (value: OverTime): Course => {
  const values = Array.from({ length: 25 }, (_, i) => value(i / 24));
  return { at: [0, 0.25, 0.5, 0.75, 1].map(value) as unknown as Course["at"], values, constant: values.every((v) => v === values[0]) };
};

/** Puts plan and probe together: shapes of taps in this run's patches, weights and rates over time, and times: first step, and all others like the second. */
export const explanation = (
  { name, seed, precision, cases }: About,
  planned: readonly PlannedStage[],
  probed: ReadonlyMap<string, Probed>,
  stepMemory: ReadonlyMap<string, number> = new Map(),
): Explanation => {
  const stages = planned.map((stage): ExplainedStage => {
    const { height, width } = stage.picture;
    const found = probed.get(stage.name);
    return {
      name: stage.name,
      after: stage.after,
      steps: stage.steps,
      epochs: stage.steps / stage.batchesPerEpoch,
      nets: stage.nets.map(({ taps, read, ...net }) => ({
        ...net,
        taps: Object.entries(taps).map(([tap, { stride, channels }]) => ({
          name: tap,
          shape: [stage.batchSize, height / stride, width / stride, channels] as const,
          readBy: Object.entries(read).flatMap(([method, names]) => (names.includes(tap) ? [method] : [])),
        })),
      })),
      trains: stage.trains,
      adversaries: stage.adversaries,
      collect: stage.collect,
      gates: stage.gates,
      terms: stage.terms.map((term) => ({ name: term.name, weight: courseOf(term.weight) })),
      rate: courseOf(stage.rate),
      optimiser: stage.optimiser,
      accumulate: stage.accumulate,
      recompute: stage.recompute,
      average: stage.average,
      balance: stage.balance,
      validation: stage.validation,
      nonFinite: stage.nonFinite,
      probe: found ? { ...found, totalSeconds: found.firstSeconds + Math.max(0, stage.steps - 1) * found.stepSeconds } : null,
      stepBytes: stepMemory.get(stage.name) ?? null,
    };
  });
  const [first] = planned;
  const picture = first!.picture;
  const whole = stages.every((stage) => stage.probe !== null);
  return {
    name,
    seed,
    precision,
    data: { cases, batch: [first!.batchSize, picture.height, picture.width, picture.channels], batchesPerEpoch: first!.batchesPerEpoch },
    stages,
    steps: stages.reduce((sum, stage) => sum + stage.steps, 0),
    totalSeconds: whole ? stages.reduce((sum, stage) => sum + stage.probe!.totalSeconds, 0) : null,
    peakBytes: whole ? Math.max(...stages.map((stage) => stage.probe!.peakBytes)) : null,
  };
};
