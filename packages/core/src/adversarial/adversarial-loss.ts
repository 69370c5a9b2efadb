import { mean, reshape, type Tensor, type Tensor1D, type Tensor4D } from "@tensorflow/tfjs-core";
import { float32Barrier } from "@segdistill/backend/ops";
import type { Json, Loss, Noise } from "../contract/index.js";
import { meanOver } from "../reductions.js";
import { otherShape } from "./errors.js";

/** What an opponent learns from: what is real, what the student made, and how it scores. */
export interface Against {
  /**
   * Scores of maps: [B, H, W, K] to [B, …], the same number of scores for every image. Every image is scored by itself, so no batch norm. Whatever else the
   * opponent sees, such as the picture, it gets here: `(q) => d(concat([images, q], 3))`.
   */
  readonly score: (maps: Tensor4D) => Tensor;
  /** [B, H, W, K], what the opponent should take for real: the teacher's logits, a one-hot annotation. */
  readonly real: Tensor4D;
  /** [B, H, W, K], the student's. In an adversary's loss it comes from before the student's update, as a constant. */
  readonly fake: Tensor4D;
  /** The step's: `step.noise`. */
  readonly noise: Pick<Noise, "uniform">;
  /** [B], 1 where the image counts, such as `step.labelled` where only an annotation is real. All count if left out. */
  readonly where?: Tensor1D;
}

/**
 * What an opponent and a student minimise against each other: two losses that belong together, as a value that methods take as an option.
 *
 * A `Loss` has one sum and one count, and here E over batch and positions of a score map stands beside a mean over images. All images of a batch have the same
 * number of positions, so E is the mean over images of each image's own mean. Hence both losses are one number an image, with count 1 an image (or
 * `where`): uneven last batches, accumulation and several processes give what the whole batch gives.
 */
export interface AdversarialLoss {
  /** What it is, as data: belongs into the options of the method that uses it. */
  readonly describe: Json;
  /** The opponent's loss, for `Adversary.loss`. */
  readonly opponent: (against: Against) => Loss;
  /** The student's loss, for a term: `scores` [B, …] are the opponent's of the student's maps; `where` [B] as in {@link Against}. */
  readonly student: (scores: Tensor, where?: Tensor1D) => Loss;
}

/** Means of scores [B, …] or of anything else over the positions of each image: [B]. In float32 whatever the precision. */
export const perImage = (scores: Tensor): Tensor1D => mean(reshape(float32Barrier(scores), [scores.shape[0], -1]), 1);

/** Mean over the images that count. */
export const overImages = (each: Tensor1D, where: Tensor1D | undefined): Loss => meanOver(each, ...(where ? [where] : []));

/** The scores of both sides; throws where their maps differ in shape. */
export function bothScores({ score, real, fake }: Against): { readonly real: Tensor; readonly fake: Tensor } {
  if (real.shape.join() !== fake.shape.join()) throw otherShape(real.shape, fake.shape);
  return { real: score(real), fake: score(fake) };
}
