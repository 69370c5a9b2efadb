import { together, weigh, type Method } from "@segdistill/core";
import type { QuarterTap } from "@segdistill/layer-pairs";
import { number, strictObject } from "zod";
import { adversarialSimilarity, adversarialSimilarityOptions, type AdversarialSimilarityOptions } from "./adversarial-similarity.js";
import {
  featureSimilarity,
  featureSimilarityShape,
  misplaced,
  paraphrasersFit,
  type FeatureSimilarityOptions,
} from "./feature-similarity.js";

const weight = (otherwise: number) => number().min(0).default(otherwise).describe("factor of its terms [ours]");

/** What a configuration may say; unknown keys are refused. */
export const lightVesselOptions = strictObject({
  feature: featureSimilarityShape
    .extend({ weight: weight(1) })
    .refine(paraphrasersFit, misplaced)
    .prefault({})
    .describe("options of feature-similarity"),
  adversarial: adversarialSimilarityOptions
    .extend({ weight: weight(0.1) })
    .prefault({})
    .describe("options of adversarial-similarity"),
});

export interface LightVesselOptions<S extends string, T extends string> {
  /** Options of {@link featureSimilarity}, and its weight λ. 1 [ours] */
  readonly feature?: FeatureSimilarityOptions<S, T> & { readonly weight?: number };
  /** Options of {@link adversarialSimilarity}, and its weight λ. 0.1 [ours] */
  readonly adversarial?: AdversarialSimilarityOptions & { readonly weight?: number };
}

/**
 * LightVessel, both modules of the paper: {@link featureSimilarity} and {@link adversarialSimilarity}, together beside a supervised term, which is a method of its own.
 *
 * L = 1 · L_feature + 0.1 · (L_ASD + L_adv). Terms `feature-similarity/similarity`, `adversarial-similarity/similarity`, `adversarial-similarity/adversarial`.
 * For a module alone use its own method. methods.md 3.3: that there are these two modules is [paper], everything else [ours]; Dice, off on that page, is not among them.
 *
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [supervised(), lightVessel()], …rest })
 */
export function lightVessel<const S extends string = QuarterTap, const T extends string = QuarterTap>(
  options: LightVesselOptions<S, T> = {},
): Method<"light-vessel", { student: S; teacher: T }> {
  const { weight: ofFeatures = 1, ...feature } = options.feature ?? {};
  const { weight: ofAdversary = 0.1, ...adversarial } = options.adversarial ?? {};
  const [one, other] = [featureSimilarity<S, T>(feature as FeatureSimilarityOptions<S, T>), adversarialSimilarity(adversarial)];
  const both = together("light-vessel", weigh(ofFeatures, one), weigh(ofAdversary, other)) as unknown as Method<
    "light-vessel",
    { student: S; teacher: T }
  >;
  return {
    ...both,
    options: {
      feature: { ...(one.options as object), weight: ofFeatures },
      adversarial: { ...(other.options as object), weight: ofAdversary },
    },
  };
}
