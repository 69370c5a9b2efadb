import { table } from "../terminal/table.js";
import type { OpByOp } from "./op-by-op.js";
import type { CompiledStep } from "./primitives.js";

/** What `profile --json` prints. */
export interface Profile {
  readonly name: string;
  readonly seed: number;
  readonly precision: string;
  readonly stages: readonly ProfiledStage[];
}

export interface ProfiledStage {
  readonly name: string;
  /** The step as it is trained, in the run's precision. */
  readonly compiled: CompiledStep;
  /** The same step op by op, in float32. */
  readonly opByOp: OpByOp;
}

const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

/** The first rows and what is left of them in one, so that a column's sum is the whole. */
const cut = <T>(all: readonly T[], most: number, rest: (left: readonly T[]) => T): readonly T[] =>
  all.length <= most ? all : [...all.slice(0, most - 1), rest(all.slice(most - 1))];
const total = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((sum, one) => sum + of(one), 0);

const compiledRows = ({ stepMs, primitives }: CompiledStep, most: number): readonly (readonly string[])[] => {
  const known = total(primitives, (one) => one.ms);
  const shown = cut(primitives, most, (left) => ({
    kind: `${left.length} others`,
    direction: "",
    count: total(left, (one) => one.count),
    ms: total(left, (one) => one.ms),
  }));
  return [
    ["primitive of oneDNN", "times", "ms", "of the step"],
    ...shown.map((one) => [
      [one.kind, one.direction].filter((word) => word !== "").join(", "),
      String(one.count),
      ms(one.ms),
      share(one.ms, stepMs),
    ]),
    // primitives that run side by side may sum up to more than the step
    ["all else: other ops, waiting, JavaScript", "", ms(Math.max(0, stepMs - known)), share(Math.max(0, stepMs - known), stepMs)],
  ];
};

const operatorRows = ({ stepMs, opsMs, operators }: OpByOp, most: number): readonly (readonly string[])[] => [
  ["operator", "times", "ms", "of the step"],
  ...cut(operators, most, (left) => ({
    op: `${left.length} others`,
    count: total(left, (one) => one.count),
    ms: total(left, (one) => one.ms),
  })).map((one) => [one.op, String(one.count), ms(one.ms), share(one.ms, stepMs)]),
  ["JavaScript between ops", "", ms(stepMs - opsMs), share(stepMs - opsMs, stepMs)],
];

const layerRows = ({ stepMs, layers }: OpByOp, most: number): readonly (readonly string[])[] => [
  ["layer", "forward ms", "backward ms", "of the step"],
  ...cut(layers, most, (left) => ({
    layer: `${left.length} others`,
    forwardMs: total(left, (one) => one.forwardMs),
    backwardMs: total(left, (one) => one.backwardMs),
  })).map((one) => [one.layer, ms(one.forwardMs), ms(one.backwardMs), share(one.forwardMs + one.backwardMs, stepMs)]),
];

/** The profile as text: three tables a stage, of at most `most` rows each, with what was measured how. */
export const asText = ({ name, seed, precision, stages }: Profile, most: number, columns: number): string =>
  [
    `${name}: seed ${seed}, ${precision}; two steps of each stage, the mean`,
    ...stages.flatMap((stage) => [
      "",
      `${stage.name}, compiled as it is trained: ${ms(stage.compiled.stepMs)} ms a step while every primitive was written down`,
      table(compiledRows(stage.compiled, most), 1, columns).trimEnd(),
      "",
      `${stage.name}, op by op in float32: ${ms(stage.opByOp.stepMs)} ms a step, ${ms(stage.opByOp.opsMs)} ms of it in ops`,
      table(operatorRows(stage.opByOp, most), 1, columns).trimEnd(),
      "",
      table(layerRows(stage.opByOp, most), 1, columns).trimEnd(),
    ]),
    "",
    "Compiled times are oneDNN's own; which layer a primitive belongs to is not known. Op by op a step is slower: ops are not joined, results take fresh memory.",
    "",
  ].join("\n");
