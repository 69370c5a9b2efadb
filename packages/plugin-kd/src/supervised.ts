import { meanOver, type Method } from "@segdistill/core";
import { crossEntropy } from "@segdistill/backend/ops";
import { strictObject } from "zod";

/** `use: supervised` has no options. */
export const supervisedOptions = strictObject({});

/**
 * Learns from labels: plain cross-entropy, no Dice, no class weights.
 *
 * L_CE = −(1/N) Σ_u log p_S[u, y_u] over the N pixels u that are valid and belong to a labelled image; 0 where there are none.
 *
 * Reads the student's logits `[B, H, W, K]`, labels `[B, H, W, K]` one-hot, valid `[B, H, W]` and labelled `[B]` in {0, 1}. Trains the student only.
 * Term `ce`, in nats.
 *
 * methods.md 3.1 [code].
 *
 * @example stage({ name: "student", nets: { student: learns(uNet({ classes: 2 })) }, methods: [supervised()], …rest })
 */
export const supervised = (): Method<"supervised", { student: never }> => ({
  name: "supervised",
  options: {},
  wants: { student: [] },
  build: () => ({
    terms: [{ name: "ce", loss: (step) => meanOver(crossEntropy(step.net.student.logits, step.labels), step.valid, step.labelled) }],
  }),
});
