import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import {
  adam,
  adversarialLosses,
  poly,
  spectralNorm,
  type Adversary,
  type Answer,
  type Module,
  type Pass,
  type PictureShape,
  type Scope,
  type Step,
  type Term,
} from "@segdistill/core";
import { saganDiscriminator } from "@segdistill/models/blocks";
import { pictureTooSmall } from "./errors.js";
import type { AdversarialOptions } from "./options.js";

/** What is read of a step, of whatever networks: both networks' logits. */
type Reads = Pick<Step<never>, "pass" | "noise"> & { readonly net: { readonly student: Answer<never>; readonly teacher: Answer<never> } };

/**
 * The student's term against a discriminator of logits, and the discriminator's own learning: it takes the teacher's for real and the student's for fake, one step a step.
 * Adam (0.9, 0.99), rate × (1 − step / steps)^0.9. methods.md 3.2.3 [code].
 */
export function adversarialTerms<S extends Reads>(
  { scope, picture }: { readonly scope: Scope; readonly picture: PictureShape },
  { weight, loss, rate, width }: Required<AdversarialOptions>,
): { readonly term: Term<S>; readonly adversary: Adversary<S> } {
  if (Math.min(picture.height, picture.width) < 64) throw pictureTooSmall(picture.height, picture.width);
  const gan = adversarialLosses[loss]();
  const d: Module & { readonly at: (pass: Pass) => (logits: Tensor4D) => Tensor } = scope.module("discriminator", (make) => ({
    at: saganDiscriminator({ classes: picture.classes, width, kernelNorm: spectralNorm }).build(make, "score"),
  }));
  return {
    term: { name: "adversarial", weight, loss: (step) => gan.student(d.at(step.pass(d))(step.net.student.logits)) },
    adversary: {
      name: "discriminator",
      module: d,
      optimiser: adam({ rate: poly(rate), betas: [0.9, 0.99] }),
      loss: ({ net, pass, noise }) => gan.opponent({ score: d.at(pass(d)), real: net.teacher.logits, fake: net.student.logits, noise }),
    },
  };
}
