import { max, mul, type Tensor1D, type Tensor2D } from "@tensorflow/tfjs-core";
import type { Alignment } from "@segdistill/alignment";
import { argMax, oneHot } from "@segdistill/backend/ops";
import type { Observe, Step } from "@segdistill/core/contract";
import type { MaskLatent } from "./semantic-autoencoder.js";

type Here = Step<{ teacher: never; student: never }>;

/**
 * The vectors that Fréchet semantic distances are taken between, a row for every picture with a pixel that counts: `teacher` and `student` v of the networks, `mask` ζ of the annotation (labelled pictures
 * only), `predicted` ζ of the student's decisions. methods.md 3.7.
 */
export const latents = (aligned: Alignment, masks: MaskLatent): readonly Observe<Here>[] => {
  const seen = ({ valid }: Here): Tensor1D => max(valid, [1, 2]);
  const of = (role: "teacher" | "student", { net, pass }: Here): Tensor2D => aligned[role].encode(net[role].encoding.bottleneck, pass);
  return [
    { name: "teacher", of: (step) => ({ vectors: of("teacher", step), counts: seen(step) }) },
    { name: "student", of: (step) => ({ vectors: of("student", step), counts: seen(step) }) },
    { name: "mask", of: (step) => ({ vectors: masks.encode(step, step.pass), counts: mul(seen(step), step.labelled) }) },
    {
      name: "predicted",
      of: (step) => {
        const { logits } = step.net.student;
        const labels = oneHot(argMax(logits), logits.shape[3]) as typeof logits;
        return { vectors: masks.encode({ labels, valid: step.valid }, step.pass), counts: seen(step) };
      },
    },
  ];
};
