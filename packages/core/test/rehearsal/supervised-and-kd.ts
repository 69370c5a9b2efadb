import { div, exp, logSoftmax, mul, sub, sum } from "@tensorflow/tfjs-core";
import { crossEntropy } from "@segdistill/backend/ops";
import { meanOver, type Method } from "@segdistill/core";

export const supervised = (): Method<"supervised", { student: never }> => ({
  name: "supervised",
  options: {},
  wants: { student: [] },
  build: () => ({
    terms: [{ name: "ce", loss: (step) => meanOver(crossEntropy(step.net.student.logits, step.labels), step.valid, step.labelled) }],
  }),
});

/** τ²·KL(p_T ‖ p_S), mean over valid pixels; needs no label. */
export const logitsKd = ({ temperature: t = 4 } = {}): Method<"kd", { student: never; teacher: never }> => ({
  name: "kd",
  options: { temperature: t },
  wants: { student: [], teacher: [] },
  build: () => ({
    terms: [
      {
        name: "kl",
        loss: (step) => {
          const [target, own] = [logSoftmax(div(step.net.teacher.logits, t)), logSoftmax(div(step.net.student.logits, t))];
          return meanOver(mul(sum(mul(exp(target), sub(target, own)), -1), t * t), step.valid);
        },
      },
    ],
  }),
});
