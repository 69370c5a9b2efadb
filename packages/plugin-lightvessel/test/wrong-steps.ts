import {
  abs,
  add,
  concat,
  div,
  expandDims,
  grad,
  maximum,
  mean,
  mul,
  neg,
  onesLike,
  relu,
  reshape,
  sigmoid,
  softmax,
  sqrt,
  square,
  squaredDifference,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { softmax as along } from "@segdistill/backend/ops";
import { patchDiscriminator, type PatchScores } from "@segdistill/models/blocks";
import type { AdversarialSimilarityOptions } from "../src/index.js";
import { fixedScope, type Seen } from "../src/testing/seen.js";
import type { Fixture } from "./steps.js";
import { unit } from "./wrong-distances.js";

/** Errors that one could make in the adversarial half, each in one place of the implementation below. */
export const wrongSteps = [
  "logits for probabilities",
  "probabilities over the rows",
  "pixels that are not valid keep their probabilities",
  "probabilities before the picture",
  "smoothed by s for s/K",
  "smoothed where a pixel is not valid",
  "A: the teacher with the student, without the annotation",
  "A: the annotation for the teacher",
  "A: scores for hidden layers",
  "A: absolute for squared difference",
  "A: images without a label count",
  "B: means for scores",
  "B: scores squashed",
  "B: images without a label do not count",
  "the student's sign turned",
  "lsgan: the student aims at 0",
  "lsgan: not halved",
  "hinge: for the student too",
  "hinge: no margin",
  "D: real and fake swapped",
  "D: images without a label count",
  "D: no penalty",
  "D: penalty by 1",
  "D: slope squared, less 1",
  "D: only slopes above 1",
  "D: one slope for the batch",
  "D: slope of the mean score",
  "D: slope of real maps",
  "D: slope by the picture too",
  "D: the teacher alone, where there is an annotation too",
  "D: annotation and teacher summed up",
] as const;
export type WrongStep = (typeof wrongSteps)[number] | "nothing";
type Option = Required<AdversarialSimilarityOptions>;

const perImage = (x: Tensor): Tensor => mean(reshape(x, [x.shape[0], -1]), 1);
const over = (each: Tensor, counts: Tensor): Tensor => div(sum(mul(each, counts)), sum(counts));

/** Both terms of the student and the discriminator's loss written a second time, with a switch for every error; the discriminator's variables start from the fixture's. */
export function wrongStep(wrong: WrongStep, { picture, width, weights }: Fixture) {
  const { scope, variables } = fixedScope(weights);
  const module = scope.module("d", (make) => ({ at: patchDiscriminator({ in: 1 + picture.classes, width }).build(make, "score") }));
  const look = (images: Tensor4D, q: Tensor): PatchScores =>
    module.at({} as never)(concat(wrong === "probabilities before the picture" ? [q as Tensor4D, images] : [images, q as Tensor4D], 3));

  const masked = (q: Tensor, { valid }: Seen): Tensor =>
    wrong === "pixels that are not valid keep their probabilities" ? q : mul(q, expandDims(valid!, 3));
  const predicted = (logits: Tensor4D, seen: Seen): Tensor => {
    if (wrong === "logits for probabilities") return masked(logits, seen);
    return masked(wrong === "probabilities over the rows" ? along(logits, 1) : softmax(logits), seen);
  };
  const annotation = (seen: Seen, s: number): Tensor => {
    if (wrong === "smoothed where a pixel is not valid") return add(mul(masked(seen.labels, seen), 1 - s), s / picture.classes);
    return masked(add(mul(seen.labels, 1 - s), wrong === "smoothed by s for s/K" ? s : s / picture.classes), seen);
  };
  const cosines = (a: Tensor, b: Tensor): Tensor => sum(mul(unit(a, 3), unit(b, 3)), 3);

  function similarity(variant: "A" | "B", seen: Seen, s: number): Tensor {
    const of = (q: Tensor): PatchScores => look(seen.images, q);
    const [teacher, student] = [of(predicted(seen.teacher, seen)), of(predicted(seen.student, seen))];
    const labelled = seen.labelled!;
    if (variant === "B") {
      const [a, b] = [teacher.scores, student.scores].map((x) => (wrong === "B: scores squashed" ? sigmoid(x) : x)) as [Tensor, Tensor];
      const apart = wrong === "B: means for scores" ? square(sub(perImage(a), perImage(b))) : perImage(squaredDifference(a, b));
      return wrong === "B: images without a label do not count" ? over(apart, labelled) : mean(apart);
    }
    const marked = of(annotation(seen, s));
    const layer = wrong === "A: scores for hidden layers" ? "scores" : "hidden";
    const [g, t, p] = [marked, teacher, student].map((one) => one[layer]) as [Tensor, Tensor, Tensor];
    if (wrong === "A: the teacher with the student, without the annotation") return over(perImage(square(sub(1, cosines(t, p)))), labelled);
    const apart = sub(cosines(g, wrong === "A: the annotation for the teacher" ? g : t), cosines(g, p));
    const each = perImage(wrong === "A: absolute for squared difference" ? abs(apart) : square(apart));
    return wrong === "A: images without a label count" ? mean(each) : over(each, labelled);
  }

  function adversarial(loss: Option["loss"], seen: Seen): Tensor {
    const { scores } = look(seen.images, predicted(seen.student, seen));
    if (loss === "lsgan")
      return mul(mean(square(sub(scores, wrong === "lsgan: the student aims at 0" ? 0 : 1))), wrong === "lsgan: not halved" ? 1 : 0.5);
    if (loss === "hinge" && wrong === "hinge: for the student too") return mean(relu(sub(1, scores)));
    return wrong === "the student's sign turned" ? mean(scores) : neg(mean(scores));
  }

  /** One number an image. */
  function against(loss: Option["loss"], seen: Seen, real: Tensor): Tensor {
    const fake = predicted(seen.student, seen);
    const swapped = wrong === "D: real and fake swapped";
    const scored = (q: Tensor): Tensor => look(seen.images, q).scores;
    const [r, f] = swapped ? [scored(fake), scored(real)] : [scored(real), scored(fake)];
    const margin = wrong === "hinge: no margin" ? 0 : 1;
    if (loss === "lsgan") return mul(add(perImage(square(sub(r, 1))), perImage(square(f))), wrong === "lsgan: not halved" ? 1 : 0.5);
    if (loss === "hinge") return add(perImage(relu(sub(margin, r))), perImage(relu(add(margin, f))));
    const distance = sub(perImage(f), perImage(r));
    if (wrong === "D: no penalty") return distance;
    const a = wrong === "D: slope of real maps" ? onesLike(seen.mix!) : seen.mix!;
    const between = add(mul(a, real), mul(sub(1, a), fake));
    const score = (images: Tensor4D) => (q: Tensor) => wrong === "D: slope of the mean score" ? mean(look(images, q).scores) : sum(look(images, q).scores); // prettier-ignore
    const [b] = between.shape as [number];
    const squares = (x: Tensor): Tensor => sum(square(reshape(x, [b, -1])), 1);
    let squared = squares(grad(score(seen.images))(between));
    if (wrong === "D: slope by the picture too")
      squared = add(squared, squares(grad((images) => score(images as Tensor4D)(between))(seen.images)));
    if (wrong === "D: one slope for the batch") squared = add(mul(squared, 0), sum(squared));
    const slope = sqrt(add(squared, 1e-12));
    const steep =
      wrong === "D: slope squared, less 1" ? square(sub(squared, 1)) : wrong === "D: only slopes above 1" ? square(maximum(sub(slope, 1), 0)) : square(sub(slope, 1)); // prettier-ignore
    return add(distance, mul(wrong === "D: penalty by 1" ? 1 : 10, steep));
  }

  function opponent(loss: Option["loss"], real: Option["real"], seen: Seen, s: number): Tensor {
    const marked = against(loss, seen, annotation(seen, s));
    const labelled = wrong === "D: images without a label count" ? onesLike(seen.labelled!) : seen.labelled!;
    if (real === "annotation") return over(marked, labelled);
    const taught = against(loss, seen, predicted(seen.teacher, seen));
    if (wrong === "D: the teacher alone, where there is an annotation too") return mean(taught);
    const both = wrong === "D: annotation and teacher summed up" ? add(marked, taught) : mul(add(marked, taught), 0.5);
    return mean(add(mul(labelled, both), mul(sub(1, labelled), taught)));
  }

  return { variables, similarity, adversarial, opponent };
}
