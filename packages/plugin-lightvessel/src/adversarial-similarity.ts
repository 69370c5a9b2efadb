import { add, concat, expandDims, mul, squaredDifference, sub, type Tensor, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { float32Barrier, softmax } from "@segdistill/backend/ops";
import { adam, adversarialLosses, meanOver, type Loss, type Method, type Noise, type Step } from "@segdistill/core";
import { patchDiscriminator, type PatchScores } from "@segdistill/models/blocks";
import { enum as oneOf, number, strictObject, tuple } from "zod";
import { cosineMap } from "./cosine.js";
import { pictureTooSmall } from "./errors.js";

const beta = number().min(0).lt(1);

/** What a configuration may say; unknown keys are refused. */
export const adversarialSimilarityOptions = strictObject({
  variant: oneOf(["A", "B"]).default("A").describe("A: cosines of hidden layers with the annotation's; B: scores [ours]"),
  loss: oneOf(["wgan-gp", "lsgan", "hinge"]).default("wgan-gp").describe("of the discriminator; wgan-gp has factor 10 [ours]"),
  real: oneOf(["annotation", "annotation-and-teacher"]).default("annotation").describe("what the discriminator takes for real [ours]"),
  smoothing: number().min(0).max(1).default(0).describe("s of the annotation (1 - s)·q + s/K; 0.1 is the other value named [ours]"),
  rate: number().positive().default(3e-5).describe("of the discriminator's Adam [ours]"),
  betas: tuple([beta, beta]).default([0.9, 0.99]).describe("of the discriminator's Adam [ours]"),
  width: number().int().min(1).default(64).describe("channels of the discriminator's first stage [code]"),
});

export interface AdversarialSimilarityOptions {
  /** "A": cosines of D's hidden layer with the annotation's; "B": D's scores. "A" [ours] */
  readonly variant?: "A" | "B";
  /** What discriminator and student minimise against each other; "wgan-gp" with factor 10. "wgan-gp" [ours] */
  readonly loss?: "wgan-gp" | "lsgan" | "hinge";
  /** What the discriminator takes for real. "annotation" [ours] */
  readonly real?: "annotation" | "annotation-and-teacher";
  /** s of the annotation (1 − s)·q_G + s/K, in [0, 1], which a discriminator tells apart less easily. 0 [ours] */
  readonly smoothing?: number;
  /** Of the discriminator's Adam. 3e-5 [ours] */
  readonly rate?: number;
  /** Of the discriminator's Adam. [0.9, 0.99] [ours] */
  readonly betas?: readonly [number, number];
  /** Channels of the discriminator's first stage. 64 [code] */
  readonly width?: number;
}

/** Probabilities of logits `[B, H, W, K]`, 0 in all classes where `valid` `[B, H, W]` is 0. */
export const maskedProbabilities = (logits: Tensor4D, valid: Tensor3D): Tensor4D => mul(softmax(logits), expandDims(valid, 3));

/** (1 − s)·q + s/K of one-hot labels q `[B, H, W, K]`, 0 in all classes where `valid` `[B, H, W]` is 0. */
export const maskedAnnotation = (labels: Tensor4D, valid: Tensor3D, smoothing = 0): Tensor4D =>
  mul(smoothing === 0 ? labels : add(mul(labels, 1 - smoothing), smoothing / labels.shape[3]), expandDims(valid, 3));

/**
 * Variant A: how differently teacher and student relate to the annotation: (ρ_T − ρ_S)², ρ_m[b, u] = cos(φ(x, q_G)[b, u], φ(x, p_m)[b, u]).
 *
 * φ `[B, h, w, C]` are a discriminator's hidden layer for annotation, teacher and student; result `[B, h, w]` in [0, 4]. methods.md 3.3.2 [ours].
 */
export const annotationDistance = (phi: {
  readonly annotation: Tensor4D;
  readonly teacher: Tensor4D;
  readonly student: Tensor4D;
}): Tensor3D => squaredDifference(cosineMap(phi.annotation, phi.teacher), cosineMap(phi.annotation, phi.student));

/** Variant B: how differently teacher and student are scored: (M(x, p_T) − M(x, p_S))², scores and result `[B, h, w, 1]`. methods.md 3.3.2 [ours]. */
export const scoreDistance = (teacher: Tensor4D, student: Tensor4D): Tensor4D => squaredDifference(teacher, student);

type Both = { student: never; teacher: never };
/**
 * Adversarial similarity, the second half of LightVessel: a discriminator D of picture and class probabilities, a conditional PatchGAN, learns to tell annotation and student
 * apart; the student learns to relate to the annotation as the teacher does, in D's eyes, and to pass for real.
 *
 * L_ASD = mean_{b,u} (ρ_T − ρ_S)² (A, {@link annotationDistance}) or mean_{b,u} (M_T − M_S)² (B, {@link scoreDistance}); L_adv = −mean M(x, p_S), or what belongs to another
 * `loss`. D: L_D = −E[D(x, q_G)] + E[D(x, p_S)] + 10·E_b[(‖∇D‖ − 1)²], the slope by the K probabilities only; one step a step, on the outputs from before the student's.
 * With `real: "annotation-and-teacher"` it is the mean of that and of the same with p_T for q_G. Weight λ = 0.1 for both terms is the stage's: `weigh(0.1, …)`.
 *
 * Reads pictures, both networks' logits `[B, H, W, K]`, labels and valid. While the student learns, D is frozen, and ρ_T, M_T and φ(x, q_G) are constants. Variant A and D learn
 * from labelled images only; variant B and L_adv need no label, so unlabelled images count there [ours]. Where a pixel is not valid, annotation and both probabilities are 0 in all
 * classes, so that nothing tells them apart there [ours]. Terms `similarity`, `adversarial`; opponent `discriminator`.
 *
 * methods.md 3.3.2: an adversarial relation between annotation and prediction is [paper], D's structure [code, of earlier work], everything else [ours].
 *
 * @throws lightvessel/picture-too-small
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [supervised(), weigh(0.1, adversarialSimilarity())], …rest })
 */
export function adversarialSimilarity({
  variant = "A",
  loss = "wgan-gp",
  real = "annotation",
  smoothing = 0,
  rate = 3e-5,
  betas = [0.9, 0.99],
  width = 64,
}: AdversarialSimilarityOptions = {}): Method<"adversarial-similarity", Both> {
  const gan = adversarialLosses[loss]();
  return {
    name: "adversarial-similarity",
    options: { variant, loss, real, smoothing, rate, betas: [...betas], width },
    wants: { student: [], teacher: [] },
    build: ({ scope, picture }) => {
      if (Math.min(picture.height, picture.width) < 32) throw pictureTooSmall(picture.height, picture.width);
      const d = patchDiscriminator({ in: picture.channels + picture.classes, width });
      const module = scope.module("discriminator", (make) => ({ at: d.build(make, "score") }));

      /** How D looks at probabilities beside the step's pictures; what follows is computed in float32. */
      const look = (step: Step<Both>): ((q: Tensor4D) => PatchScores) => {
        const run = module.at(step.pass(module));
        return (q) => {
          const { hidden, scores } = run(concat([step.images, q], 3));
          return { hidden: float32Barrier(hidden), scores: float32Barrier(scores) };
        };
      };
      const annotation = ({ labels, valid }: Step<Both>): Tensor4D => maskedAnnotation(labels, valid, smoothing);
      const predicted = ({ net, valid }: Step<Both>, role: keyof Both): Tensor4D => maskedProbabilities(net[role].logits, valid);
      /** What D makes of the student, which both terms share. */
      const ofStudent = (step: Step<Both>): PatchScores => step.once("student", () => look(step)(predicted(step, "student")));

      const similarity = (step: Step<Both>): Loss => {
        const [at, student] = [look(step), ofStudent(step)];
        const teacher = at(predicted(step, "teacher"));
        if (variant === "B") return meanOver(scoreDistance(teacher.scores, student.scores));
        const apart = annotationDistance({ annotation: at(annotation(step)).hidden, teacher: teacher.hidden, student: student.hidden });
        return meanOver(apart, step.labelled);
      };
      const opponent = (step: Step<Both>): Loss => {
        const at = look(step);
        const against = (real: Tensor4D, noise: Pick<Noise, "uniform">, where?: Step<Both>["labelled"]): Loss =>
          gan.opponent({ score: (q) => at(q).scores, real, fake: predicted(step, "student"), noise, ...(where && { where }) });
        const marked = against(annotation(step), step.noise, step.labelled);
        if (real === "annotation") return marked;
        const own: Pick<Noise, "uniform"> = { uniform: (site, shape) => step.noise.uniform(`teacher/${site}`, shape) };
        const taught = against(predicted(step, "teacher"), own);
        const half: Tensor = mul(step.labelled, 0.5); // an image without annotation has the teacher alone
        return { ...taught, sum: add(mul(taught.sum, sub(1, half)), mul(marked.sum, 0.5)) };
      };
      return {
        terms: [
          { name: "similarity", loss: similarity },
          { name: "adversarial", loss: (step) => gan.student(ofStudent(step).scores) },
        ],
        adversaries: [{ name: "discriminator", module, optimiser: adam({ rate, betas }), loss: opponent }],
      };
    },
  };
}
