import type { Tensor4D } from "@tensorflow/tfjs-core";
import type { Alignment } from "@segdistill/alignment";
import { diceOf, meanOver } from "@segdistill/core";
import type { Gate, Step } from "@segdistill/core/contract";
import { studentThroughItself, studentThroughTeacher, teacherThroughStudent } from "./cross-predictions.js";
import { predictionDifference, type Divergence } from "./prediction-difference.js";

type Reads = Step<{ teacher: never; student: never }>;
type Named = readonly [name: string, prediction: (step: Reads) => Tensor4D];

/**
 * What shows why DICD does well or poorly, told of the trained student on validation pictures and never failed: pooled Dice of both networks and of each cross prediction, and D(P_T, ·) of
 * both cross predictions apart, of which `cross` is the sum while it trains.
 *
 * The same whatever `headers` is, so that the ablation can be laid beside the exchange. Dice counts labelled pictures, D all. methods.md 4 asks that both networks' Dice be known; which figures and names: [ours].
 */
export const crossGates = (aligned: Alignment, divergence: Divergence): readonly Gate<Reads>[] => {
  const once = (name: string, predict: (step: Reads) => Tensor4D): Named => [name, (step) => step.once(name, () => predict(step))];
  const crossed = [
    once("student-through-teacher", (step) => studentThroughTeacher(aligned, step)),
    once("teacher-through-student", (step) => teacherThroughStudent(aligned, step, { detachSkips: false })),
  ];
  const itself = once("student-through-itself", (step) => studentThroughItself(aligned, step, { detachSkips: false }));
  const told = (name: string, measure: Gate<Reads>["measure"]): Gate<Reads> => ({ name, measure, accept: () => true, otherwise: "warn" });
  const dice = ([name, of]: Named): Gate<Reads> => told(`dice-${name}`, (step) => diceOf(of(step), step));
  return [
    dice(["of-teacher", (step) => step.net.teacher.logits]),
    dice(["of-student", (step) => step.net.student.logits]),
    ...[...crossed, itself].map(dice),
    ...crossed.map(([name, of]) =>
      told(`${divergence}-${name}`, (step) => meanOver(predictionDifference(step.net.teacher.logits, of(step), divergence), step.valid)),
    ),
  ];
};
