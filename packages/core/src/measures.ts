import { add, argMax, cast, mul, oneHot, reshape, slice, sum, type Tensor4D } from "@tensorflow/tfjs-core";
import type { Loss, Step, Wants } from "./contract/index.js";

/**
 * Pooled Dice of a network's decisions over the foreground classes: Σ 2·p·t / Σ (p + t), p and t the one-hot arg-max and label [B, H, W, K−1], over all
 * pixels that count of all labelled images. In [0, 1]; for a stage's validation, not for training: an arg-max has no gradient. Our choice.
 *
 * @example stage({ …, held, validation: { measure: { dice: pooledDice("student") }, describe: { dice: "student" } } })
 */
export const pooledDice =
  (role: string) =>
  (step: Step<Wants>): Loss =>
    diceOf(step.net[role]!.logits, step);

/** The same of any logits `[B, H, W, K]` of the step's pictures, for a gate: what a network makes of another bottleneck. */
export const diceOf = (logits: Tensor4D, step: Pick<Step<Wants>, "labels" | "valid" | "labelled">): Loss => {
  const [images, height, width, classes] = logits.shape;
  const counts = reshape(mul(step.valid, reshape(step.labelled, [images, 1, 1])), [images, height, width, 1]);
  const foreground = (x: typeof logits): typeof logits => mul(slice(x, [0, 0, 0, 1], [images, height, width, classes - 1]), counts);
  const p = foreground(cast(oneHot(argMax(logits, 3), classes), "float32") as typeof logits);
  const t = foreground(step.labels);
  const perImage = (x: typeof logits): Loss["sum"] => sum(x, [1, 2, 3]);
  return { sum: perImage(mul(mul(p, t), 2)), count: perImage(add(p, t)) };
};
