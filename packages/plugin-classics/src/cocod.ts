import { addN, mean, reshape, squaredDifference, sub, type Tensor1D, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { adaptiveAvgPool, matMul, unitVectors } from "@segdistill/backend/ops";
import { meanOver, type Method, type Step, type Term } from "@segdistill/core";
import {
  pairsAsData,
  pairsOption,
  pairsOrQuarter,
  paraphrased,
  paraphraserOption,
  tapsOf,
  type ComparedPair,
  type ParaphraserOptions,
  type QuarterTap,
} from "@segdistill/layer-pairs";
import { enum as oneOf, literal, strictObject, union } from "zod";
import { adversarialOption, conditionalAdversary, type AdversarialOptions } from "./conditional-adversary.js";

/** What a configuration may say; unknown keys are refused. */
export const cocodOptions = strictObject({
  pairs: pairsOption,
  correlation: oneOf(["product", "difference"]).default("product").describe("of the two layers' similarities [ours]"),
  paraphraser: paraphraserOption,
  adversarial: union([literal(false), adversarialOption({ weight: 0.1, rate: 3e-5 })])
    .default({ weight: 0.1, loss: "wgan-gp", rate: 3e-5, width: 64 })
    .describe("a discriminator of pictures with predictions [code: conditional PatchGAN; weight: ours]; false leaves it out"),
});

export interface CocodOptions<S extends string, T extends string> {
  /** Layer pairs that are compared, summed over; one, at a quarter of the picture's size [code]. */
  readonly pairs?: readonly ComparedPair<S, T>[];
  /** What stands for the way from one layer to the other: "product" Aˡ Aᵐ, or "difference" Aᵐ − Aˡ. "product" [ours] */
  readonly correlation?: "product" | "difference";
  readonly paraphraser?: ParaphraserOptions;
  /** Weight 0.1 [ours; 0.001 to 0.1 in the group's code], Adam's rate 3e-5 [code]. false leaves it out. */
  readonly adversarial?: AdversarialOptions | false;
}

/** Positions along each axis after pooling [ours]. */
const SIDE = 16;

/**
 * How alike every two positions are, all channels together: the rows of F Fᵀ, each of length 1, F being the map pooled to 16 × 16 cells by means. `map`
 * `[B, h, w, C]`, result `[B, 256, 256]`.
 *
 * methods.md 3.8, CoCoD [paper: channel-mixed spatial similarity; formula: ours].
 */
export function spatialSimilarity(map: Tensor4D): Tensor3D {
  const flat = reshape(adaptiveAvgPool(map, [SIDE, SIDE]), [map.shape[0], SIDE * SIDE, map.shape[3]]);
  return unitVectors(matMul(flat, flat, { transposeB: true }) as Tensor3D);
}

/** An encoder's and a decoder's map of one network, `[B, h, w, C]`; sizes and channels may differ. */
export interface TwoMaps {
  readonly encoder: Tensor4D;
  readonly decoder: Tensor4D;
}

/** R = Aˡ Aᵐ, or Aᵐ − Aˡ, of {@link spatialSimilarity} of the encoder's map, l, and the decoder's, m: `[B, 256, 256]`. */
export function crossLayerCorrelation({ encoder, decoder }: TwoMaps, how: "product" | "difference"): Tensor3D {
  const [l, m] = [spatialSimilarity(encoder), spatialSimilarity(decoder)];
  return how === "product" ? (matMul(l, m) as Tensor3D) : sub(m, l);
}

/** mean (R_S − R_T)² of every image, `[B]`, of {@link crossLayerCorrelation}. */
export const correlationDifference = (student: TwoMaps, teacher: TwoMaps, how: "product" | "difference"): Tensor1D =>
  mean(squaredDifference(crossLayerCorrelation(student, how), crossLayerCorrelation(teacher, how)), [1, 2]);

/**
 * CoCo distillation (CoCoD): how the likeness between parts of the picture goes from an encoder's layer to a decoder's, as in the frozen teacher, whose maps are
 * paraphrased to the student's channels; with a discriminator of pictures with predictions.
 *
 * L = Σ_pairs mean_{b,u,v} (R_S − R_T)² + λ_adv L_adv, {@link crossLayerCorrelation}; L_adv = −E[D(x, p_S)] against a conditional PatchGAN that takes the teacher's
 * predictions for real [ours].
 *
 * Asks for a stage that trains paraphrasers. Reads one encoder's and one decoder's map of each pair, the picture and logits; no labels, so all pictures
 * count. Trains the student only; the discriminator learns on its own. Terms `correlation`, `adversarial`.
 *
 * methods.md 3.8 [paper: the idea; formula: ours]; CoCo DistillNet, BIBM 2021, arXiv 2108.12173.
 *
 * @throws classics/picture-too-small
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [supervised(), cocod()], …rest })
 */
export function cocod<const S extends string = QuarterTap, const T extends string = QuarterTap>(
  options: CocodOptions<S, T> = {},
): Method<"cocod", { student: S; teacher: T }> {
  const { correlation = "product" } = options;
  const pairs = pairsOrQuarter(options.pairs);
  const adversarial =
    options.adversarial === false ? false : { weight: 0.1, loss: "wgan-gp" as const, rate: 3e-5, width: 64, ...options.adversarial };
  const through = paraphrased(pairs, options.paraphraser);
  type Here = Step<{ student: S; teacher: T }>;
  return {
    name: "cocod",
    options: { pairs: pairsAsData(pairs), correlation, paraphraser: through.options, adversarial },
    wants: { student: tapsOf(pairs, "student"), teacher: tapsOf(pairs, "teacher") },
    uses: through.uses,
    stages: through.stages,
    build: (site) => {
      const encoders = through.encoders(site);
      const opponent = adversarial && conditionalAdversary<Here>("cocod", site, adversarial);
      const terms: Term<Here>[] = [
        {
          name: "correlation",
          loss: ({ net: { student: s, teacher: t } }) => {
            const differences = pairs.map(({ student, teacher }, i) => {
              const own = { encoder: s.tap(student.encoder), decoder: s.tap(student.decoder) };
              const { encoder, decoder } = encoders[i]!;
              const other = {
                encoder: encoder(t.tap(teacher.encoder)),
                decoder: decoder(t.tap(teacher.decoder)),
              };
              return correlationDifference(own, other, correlation);
            });
            return meanOver(addN(differences));
          },
        },
      ];
      return { terms: opponent ? [...terms, opponent.term] : terms, adversaries: opponent ? [opponent.adversary] : [] };
    },
  };
}
