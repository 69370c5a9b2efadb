import { concat, expandDims, mul, type Tensor, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { softmax } from "@segdistill/backend/ops";
import {
  adam,
  adversarialLosses,
  poly,
  type Adversary,
  type Answer,
  type PictureShape,
  type Scope,
  type Step,
  type Term,
} from "@segdistill/core";
import { patchDiscriminator } from "@segdistill/models/blocks";
import { enum as oneOf, number, strictObject } from "zod";
import { pictureTooSmall } from "./errors.js";

/** A discriminator of pictures with predictions, and how much it counts. */
export interface AdversarialOptions {
  /** λ, the weight of the student's term. */
  readonly weight?: number;
  /** "wgan-gp" with factor 10 [code]; "lsgan" and "hinge" need no second-order gradients [ours]. */
  readonly loss?: "wgan-gp" | "lsgan" | "hinge";
  /** First rate of the discriminator's Adam (betas 0.9, 0.99), which falls as (1 − step / steps)^0.9. */
  readonly rate?: number;
  /** Channels of its first stage. 64 [code] */
  readonly width?: number;
}

/** `adversarial` of a configuration, where it is not false. */
export const adversarialOption = ({ weight, rate }: { readonly weight: number; readonly rate: number }) =>
  strictObject({
    weight: number().min(0).default(weight).describe("of the student's term"),
    loss: oneOf(["wgan-gp", "lsgan", "hinge"])
      .default("wgan-gp")
      .describe("wgan-gp, factor 10 [code]; the others need no second order [ours]"),
    rate: number().positive().default(rate).describe("of the discriminator's Adam at first, falling as (1 - step/steps)^0.9"),
    width: number().int().min(1).default(64).describe("channels of the discriminator's first stage [code]"),
  });

const SMALLEST = 32;
/** What is read of a step, of whatever networks: the picture and both networks' logits. */
type Reads = Pick<Step<never>, "pass" | "noise" | "images" | "valid"> & {
  readonly net: { readonly student: Answer<never>; readonly teacher: Answer<never> };
};

/** Class probabilities `[B, H, W, K]`, 0 in every class where a pixel is not valid, so that nothing tells networks apart there. */
const probabilities = (logits: Tensor4D, valid: Tensor3D): Tensor4D => mul(softmax(logits), expandDims(valid, 3));

/**
 * The student's term against the conditional PatchGAN, and the PatchGAN's own learning: it looks at concat[picture, class probabilities], takes the teacher's for
 * real and the student's for fake, one step a step. Needs no label. Adam (0.9, 0.99), rate × (1 − step / steps)^0.9.
 *
 * methods.md 3.3.2 [code: structure]; 3.2.3 [code: WGAN-GP, optimiser]; pixels that are not valid have probability 0 for both [ours].
 *
 * @throws classics/picture-too-small
 */
export function conditionalAdversary<S extends Reads>(
  method: string,
  { scope, picture }: { readonly scope: Scope; readonly picture: PictureShape },
  { weight, loss, rate, width }: Required<AdversarialOptions>,
): { readonly term: Term<S>; readonly adversary: Adversary<S> } {
  if (Math.min(picture.height, picture.width) < SMALLEST) throw pictureTooSmall(method, picture.height, picture.width);
  const gan = adversarialLosses[loss]();
  const d = scope.module("discriminator", (make) => ({
    at: patchDiscriminator({ in: picture.channels + picture.classes, width }).build(make, "score"),
  }));
  /** Scores of the step's pictures with class probabilities `[B, H, W, K]`. */
  const scorer = ({ pass, images }: S): ((maps: Tensor4D) => Tensor) => {
    const look = d.at(pass(d));
    return (maps) => look(concat([images, maps], 3)).scores;
  };
  return {
    term: { name: "adversarial", weight, loss: (step) => gan.student(scorer(step)(probabilities(step.net.student.logits, step.valid))) },
    adversary: {
      name: "discriminator",
      module: d,
      optimiser: adam({ rate: poly(rate), betas: [0.9, 0.99] }),
      loss: (step) =>
        gan.opponent({
          score: scorer(step),
          real: probabilities(step.net.teacher.logits, step.valid),
          fake: probabilities(step.net.student.logits, step.valid),
          noise: step.noise,
        }),
    },
  };
}
