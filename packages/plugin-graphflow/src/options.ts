import { pairsOption, paraphraserOption, type ComparedPair, type ParaphraserOptions } from "@segdistill/layer-pairs";
import { boolean, enum as oneOf, literal, number, strictObject, union } from "zod";
import type { Border } from "./salience.js";
import type { Reading } from "./variation.js";

/** The adversarial part. */
export interface AdversarialOptions {
  /** λ₃, the weight of the student's term. 0.1 [code] */
  readonly weight?: number;
  /** "wgan-gp" with factor 10 [code]; "lsgan" and "hinge" need no second-order gradients [ours]. */
  readonly loss?: "wgan-gp" | "lsgan" | "hinge";
  /** First rate of the discriminator's Adam (betas 0.9, 0.99), which falls as (1 − step / steps)^0.9. 3e-5 [code] */
  readonly rate?: number;
  /** Channels of its first stage. 64 [code] */
  readonly width?: number;
}

/** The divergence of softened predictions. */
export interface LogitsOptions {
  /** λ₄. 1 [code] */
  readonly weight?: number;
  /** τ. 1 [ours] */
  readonly temperature?: number;
}

export interface GraphFlowOptions<S extends string, T extends string> {
  /** Layer pairs that are compared, averaged over; one, at a quarter of the picture's size [code]. */
  readonly pairs?: readonly ComparedPair<S, T>[];
  /** Side of the patches, odd. 3 on Gastric [code]; 9 on Synapse, BUSI, CVC [inferred]; 3 elsewhere [ours]. */
  readonly patch?: number;
  /** Patches beyond the border: zeros, or the centre moved inside. "zero" [ours] */
  readonly border?: Border;
  /** "R1" [ours] */
  readonly reading?: Reading;
  /** λ₁. 1e-5 [code; that it is the vertices': inferred]; 1 for R3 [ours] */
  readonly vertex?: number;
  /** λ₂. 1e-9 [code; that it is the edges': inferred]; 1 for R3 [ours] */
  readonly edge?: number;
  /** R1's sums as they would be of 8 pictures, whatever the batch. true [ours] */
  readonly batchScale?: boolean;
  readonly paraphraser?: ParaphraserOptions;
  /** false leaves it out. */
  readonly adversarial?: AdversarialOptions | false;
  /** false leaves it out. */
  readonly logits?: LogitsOptions | false;
}

const weight = (otherwise: number, says: string) => number().min(0).default(otherwise).describe(says);

const adversarialOption = strictObject({
  weight: weight(0.1, "λ3, of the student's term [code]"),
  loss: oneOf(["wgan-gp", "lsgan", "hinge"])
    .default("wgan-gp")
    .describe("wgan-gp, factor 10 [code]; the others need no second order [ours]"),
  rate: number().positive().default(3e-5).describe("of the discriminator's Adam at first, falling as (1 - step/steps)^0.9 [code]"),
  width: number().int().min(2).multipleOf(2).default(64).describe("channels of the discriminator's first stage [code]"),
});

const logitsOption = strictObject({
  weight: weight(1, "λ4 [code]"),
  temperature: number().positive().default(1).describe("divides both networks' logits [ours]"),
});

/** What a configuration may say; unknown keys are refused. */
export const graphFlowOptions = strictObject({
  pairs: pairsOption,
  patch: number()
    .int()
    .min(1)
    .refine((n) => n % 2 === 1, "patch must be odd, so that it has a middle")
    .default(3)
    .describe("side of the patches; 3 on Gastric [code], 9 on Synapse, BUSI, CVC [inferred], 3 elsewhere [ours]"),
  border: oneOf(["zero", "clamp"]).default("zero").describe("patches beyond the border: zeros, or the centre moved inside [ours]"),
  reading: oneOf(["R1", "R2", "R3"])
    .default("R1")
    .describe("R1: sums of inner products; R2: distances; R3: cosines, a deviation to report [ours]"),
  vertex: number().min(0).optional().describe("λ1; 1e-5 [code], 1 for R3 [ours]"),
  edge: number().min(0).optional().describe("λ2; 1e-9 [code], 1 for R3 [ours]"),
  batchScale: boolean().default(true).describe("R1's sums as they would be of 8 pictures [ours]"),
  paraphraser: paraphraserOption,
  adversarial: union([literal(false), adversarialOption])
    .default({ weight: 0.1, loss: "wgan-gp", rate: 3e-5, width: 64 })
    .describe("the discriminator; false leaves it out"),
  logits: union([literal(false), logitsOption])
    .default({ weight: 1, temperature: 1 })
    .describe("divergence of predictions; false leaves it out"),
});
