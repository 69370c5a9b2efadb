import { bytes } from "../terminal/bytes.js";
import { duration } from "../terminal/duration.js";
import type { Course, ExplainedStage, Explanation } from "./explanation.js";

/** "7.76 M", "12.3 k", "4". */
export const count = (n: number): string => (n < 1000 ? String(n) : n < 1e6 ? `${(n / 1e3).toFixed(1)} k` : `${(n / 1e6).toFixed(2)} M`);

/** A number with three digits that count: "0.0003", "1", "1.5e-7". */
export const short = (n: number): string => {
  const text = String(Number(n.toPrecision(3)));
  return text.length <= 8 ? text : n.toExponential(1);
};

/** "1", or "0 → 0.5 → 1 → 1 → 1". */
export const course = ({ at, constant }: Course): string => (constant ? short(at[0]) : at.map(short).join(" → "));

/** What a network is in its stage: "trained", "trained, from baseline/student", "frozen, as teacher/student ends", "frozen, from a file". */
export const role = ({ mode, from }: ExplainedStage["nets"][number]): string => {
  if (mode === "given") return "frozen, from a file";
  if (mode === "frozen") return `frozen, as ${from ?? "?"} ends`;
  return from === null ? "trained" : `trained, from ${from}`;
};

/** "900 steps (12 epochs)"; a part of an epoch with one digit. */
export const budget = ({ steps, epochs }: Pick<ExplainedStage, "steps" | "epochs">): string => {
  const rounded = Number.isInteger(epochs) ? String(epochs) : epochs.toFixed(1);
  return `${steps} ${steps === 1 ? "step" : "steps"} (${rounded} ${rounded === "1" ? "epoch" : "epochs"})`;
};

/** What else a stage does beside its plain steps, a sentence each. */
export const besides = ({ accumulate, recompute, average, balance, validation, nonFinite }: ExplainedStage): readonly string[] => {
  const all: string[] = [];
  if (accumulate > 1) all.push(`every batch in ${accumulate} parts, one after the other`);
  if (recompute) all.push("networks keep less for the way back and compute it again");
  if (balance !== null) all.push(`terms are balanced against each other by ${Object.keys(balance).join(", ")}`);
  if (average !== null) all.push(`ends with a moving average of its networks (${short(average)})`);
  if (validation) {
    const { every, measures, choose } = validation;
    const often = every === 1 ? "every epoch" : `every ${every} epochs`;
    const kept = choose?.keep === "best" ? `; the best by ${choose.by} is kept` : "";
    all.push(
      `validated ${often} by ${measures.join(", ")}${kept}${choose?.patience === undefined ? "" : `; ends after ${choose.patience} without a better one`}`,
    );
  }
  if (nonFinite !== "stop") all.push(`at most ${nonFinite.skip} steps that give no number are taken back`);
  return all;
};

/** "about 3 min 5 s: 0.21 s a step, the first 1.9 s; 1.2 GB"; what was not probed says so. */
export const cost = ({ probe }: Pick<ExplainedStage, "probe">): string => {
  if (!probe) return "not probed";
  const seconds = (s: number): string => (s < 1 ? `${Math.round(s * 1000)} ms` : `${s.toFixed(1)} s`);
  return `about ${duration(probe.totalSeconds)}: ${seconds(probe.stepSeconds)} a step, the first ${seconds(probe.firstSeconds)}; ${bytes(probe.peakBytes)}`;
};

/** What is known of time and memory where no step was run: the largest estimate of a step. */
export const notProbed = ({ stages }: Pick<Explanation, "stages">): string => {
  const most = Math.max(0, ...stages.map(({ stepBytes }) => stepBytes ?? 0));
  return most === 0
    ? "Time and memory were not probed."
    : `Time was not probed. A step takes up to ${bytes(most)} of memory beside weights and all else that the process holds, estimated from a trace.`;
};
