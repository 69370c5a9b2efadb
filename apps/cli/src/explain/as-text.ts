import { bytes } from "../terminal/bytes.js";
import { duration } from "../terminal/duration.js";
import type { Course, ExplainedStage, Explanation } from "./explanation.js";
import { besides, budget, cost, count, course, notProbed, role } from "./words.js";

const levels = "▁▂▃▄▅▆▇█";

/** Twelve bars between 0 (or the least, where it is below) and the largest value. */
const bars = ({ values }: Course): string => {
  const [low, high] = [Math.min(0, ...values), Math.max(...values)];
  const height = (v: number): number =>
    high > low ? Math.min(levels.length - 1, Math.floor(((v - low) / (high - low)) * levels.length)) : 0;
  return Array.from({ length: 12 }, (_, i) => levels[height(values[Math.round((i * (values.length - 1)) / 11)]!)]!).join("");
};

const overTime = (of: Course): string => (of.constant ? course(of) : `${bars(of)}  ${course(of)}`);

const stageLines = (stage: ExplainedStage, index: number): readonly string[] => [
  `${index + 1}. ${stage.name}: ${budget(stage)}${stage.after.length > 0 ? `, after ${stage.after.join(", ")}` : ""}`,
  ...stage.nets.flatMap((net) => [
    `   ${net.role}  ${net.network}, ${count(net.parameters)} parameters, ${role(net)}`,
    ...net.taps
      .filter(({ readBy }) => readBy.length > 0)
      .map((tap) => `     tap ${tap.name}  [${tap.shape.join(", ")}]  read by ${tap.readBy.join(", ")}`),
  ]),
  ...stage.trains.map(({ name, parameters }) => `   also trained  ${name}, ${count(parameters)} parameters`),
  ...stage.adversaries.map(
    (a) => `   opponent  ${a.name}, ${count(a.parameters)} parameters, ${a.steps} ${a.steps === 1 ? "step" : "steps"} a step`,
  ),
  ...stage.collect.map(
    ({ name, when }) => `   mean over the data  ${name}, ${when === "start" ? "before the first step" : "before every epoch"}`,
  ),
  ...stage.terms.map(({ name, weight }) => `   term ${name}  weight ${overTime(weight)}`),
  `   rate  ${overTime(stage.rate)}  (${Object.keys(stage.optimiser as object).join(", ")})`,
  ...besides(stage).map((line) => `   ${line}`),
  ...stage.gates.map(
    ({ name, otherwise }) => `   gate ${name}  ${otherwise === "stop" ? "stops the run where it is not passed" : "warns"}`,
  ),
  ...(stage.probe ? [`   ${cost(stage)}`] : []),
  ...(stage.stepBytes === null ? [] : [`   a step takes about ${bytes(stage.stepBytes)}, from a trace`]),
];

/** The explanation as text: one paragraph a stage, in order. Weights and rates that change stand at 0, 25, 50, 75 and 100 % of the steps. */
export const asText = (of: Explanation): string => {
  const [batch, height, width, channels] = of.data.batch;
  const lines = [
    `${of.name}: ${of.stages.length} stages, ${of.steps} steps, seed ${of.seed}, ${of.precision}`,
    `${of.data.cases} training pictures; batches of ${batch} patches of ${height} × ${width} × ${channels}, ${of.data.batchesPerEpoch} an epoch`,
    ...of.stages.flatMap((stage, i) => ["", ...stageLines(stage, i)]),
    "",
    of.totalSeconds === null || of.peakBytes === null
      ? notProbed(of)
      : `Training takes about ${duration(of.totalSeconds)} here, and ${bytes(of.peakBytes)} of memory; measuring comes on top. Stages that are done already take no time.`,
  ];
  return `${lines.join("\n")}\n`;
};
