import {
  abs,
  add,
  argMax,
  div,
  exp,
  log,
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  reverse,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { constant } from "@segdistill/core";
import { aligner, decoded, type Crossing } from "./crossing.js";

/** Errors that one could make, each in one place of the implementation below. */
export const wrongs = [
  "headers not exchanged",
  "headers exchanged for the ablation",
  "only through the teacher",
  "only through the student",
  "mean of both for their sum",
  "the student's plain prediction for a crossed one",
  "reconstruction left out: bottleneck as it is",
  "gradient cut in the teacher's decoder",
  "skips detached always",
  "skips never detached",
  "bottleneck detached with the skips",
  "the student's prediction as the target",
  "target not a constant",
  "arguments of the divergence swapped",
  "mean over classes for their sum (kl)",
  "sum over classes for their mean (mse)",
  "logits for probabilities (mse)",
  "absolute for squared difference (mse)",
  "temperature 2 (kl)",
  "the teacher's probabilities for its class (ce)",
  "the last of equal classes (ce)",
  "the prediction's own class (ce)",
  "pixels that are not valid counted",
  "divided by all pixels",
  "sum over pixels",
  "softmax over positions",
] as const;
export type Wrong = (typeof wrongs)[number] | "nothing";

/** DICD's loss written a second time, with a switch for every error. */
export const wrongCrossing =
  (wrong: Wrong): Crossing =>
  ({ divergence = "kl", detachSkips = false, headers = "exchanged" }, student, teacher, valid) => {
    const [s, t] = [aligner(student), aligner(teacher)];
    const pass = undefined as never;
    const plain = decoded(teacher, teacher.bottleneck, teacher.skip);
    const own = decoded(student, student.bottleneck, student.skip);
    const detached = wrong === "skips detached always" || (detachSkips && wrong !== "skips never detached");
    const skip = detached ? constant(student.skip) : student.skip;
    const stop = wrong === "bottleneck detached with the skips" && detachSkips;
    const bottleneck = (stop ? constant(student.bottleneck) : student.bottleneck) as never;

    const vS = s.encode(bottleneck, pass);
    const vT = t.encode(teacher.bottleneck as never, pass);
    const cut = wrong === "gradient cut in the teacher's decoder";
    const toTeacher = decoded(teacher, cut ? constant(t.decode(vS, pass)) : t.decode(vS, pass), teacher.skip);
    const raw = wrong === "reconstruction left out: bottleneck as it is";
    const toStudent = decoded(student, raw ? student.bottleneck : s.decode(vT, pass), skip);
    const itself = decoded(student, s.decode(vS, pass), skip);
    const exchanged = headers === "exchanged" ? wrong !== "headers not exchanged" : wrong === "headers exchanged for the ablation";
    let predictions: Tensor[] = exchanged ? [toTeacher, toStudent] : [itself];
    if (exchanged && wrong === "only through the teacher") predictions = [toTeacher];
    if (exchanged && wrong === "only through the student") predictions = [toStudent];
    if (exchanged && wrong === "the student's plain prediction for a crossed one") predictions = [toTeacher, own];

    const target = wrong === "the student's prediction as the target" ? constant(own) : wrong === "target not a constant" ? add(plain, sub(own, constant(own))) : plain; // prettier-ignore
    const apart = predictions.map((one) => difference(divergence, target, one, wrong)).reduce((a, b) => add(a, b));
    const parts = wrong === "mean of both for their sum" ? div(apart, predictions.length) : apart;
    if (wrong === "pixels that are not valid counted") return mean(parts);
    const total = sum(mul(parts, valid));
    if (wrong === "sum over pixels") return total;
    return div(total, wrong === "divided by all pixels" ? parts.size : sum(valid));
  };

function difference(by: "kl" | "ce" | "mse", target: Tensor, prediction: Tensor, wrong: Wrong): Tensor {
  const swapped = wrong === "arguments of the divergence swapped";
  const [t, z] = swapped ? [prediction, target] : [target, prediction];
  const classes = z.shape[3]!;
  const p = (x: Tensor): Tensor => {
    if (wrong !== "softmax over positions") return softmax(x);
    const e = exp(x);
    return div(e, sum(e, [1, 2], true));
  };
  if (by === "kl") {
    const heat = wrong === "temperature 2 (kl)" ? 2 : 1;
    const logs = (x: Tensor): Tensor => (wrong === "softmax over positions" ? log(p(x)) : logSoftmax(div(x, heat)));
    const parts = mul(exp(logs(t)), sub(logs(t), logs(z)));
    return wrong === "mean over classes for their sum (kl)" ? mean(parts, -1) : sum(parts, -1);
  }
  if (by === "mse") {
    const [a, b] = wrong === "logits for probabilities (mse)" ? [t, z] : [p(t), p(z)];
    const parts = wrong === "absolute for squared difference (mse)" ? abs(sub(a, b)) : square(sub(a, b));
    return wrong === "sum over classes for their mean (mse)" ? sum(parts, -1) : mean(parts, -1);
  }
  const last = wrong === "the last of equal classes (ce)";
  const from = wrong === "the prediction's own class (ce)" ? z : t;
  const first = argMax(last ? reverse(from, 3) : from, -1);
  const hot = oneHot(first, classes);
  const label = wrong === "the teacher's probabilities for its class (ce)" ? softmax(t) : last ? reverse(hot, 3) : hot;
  return neg(sum(mul(label, wrong === "softmax over positions" ? log(p(z)) : logSoftmax(z)), -1));
}
