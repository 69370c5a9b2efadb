import { addN, mean, mul, reshape, sub, type Tensor1D, type Tensor2D, type Tensor4D } from "@tensorflow/tfjs-core";
import { float32Barrier, unitVectors } from "@segdistill/backend/ops";
import { meanOver, type Method } from "@segdistill/core";
import {
  pairsAsData,
  pairsOption,
  pairsOrQuarter,
  paraphrased,
  paraphraserOption,
  tapsOf,
  translator,
  type ComparedPair,
  type ParaphraserOptions,
  type QuarterTap,
} from "@segdistill/layer-pairs";
import { number, strictObject } from "zod";
import { magnitude } from "./magnitude.js";
import { requireOneSize, tapPairs } from "./tap-pairs.js";

/** What a configuration may say; unknown keys are refused. */
export const factorTransferOptions = strictObject({
  pairs: pairsOption,
  beta: number().positive().default(200).describe("factor of the sum over maps; 200 [ours], 500 in the authors' code [code]"),
  paraphraser: paraphraserOption,
});

export interface FactorTransferOptions<S extends string, T extends string> {
  /** Layer pairs that are compared, summed over; one, at a quarter of the picture's size [code]. */
  readonly pairs?: readonly ComparedPair<S, T>[];
  /** β, above 0. 200 [ours], as in a collection of methods [code]; the authors' code has 500 [code]. */
  readonly beta?: number;
  readonly paraphraser?: ParaphraserOptions;
}

/**
 * mean |f_S / ‖f_S‖₂ − f_T / ‖f_T‖₂| of every image, `[B]`, the norm over all h · w · C entries of an image. Both factors are `[B, h, w, C]`.
 * The mean over entries of vectors of length 1 shrinks with √(h · w · C): values of maps of different size cannot be compared.
 *
 * methods.md 3.8, FT [code; what the norm runs over: inferred].
 */
export function factorDifference(student: Tensor4D, teacher: Tensor4D): Tensor1D {
  const [own, other] = [student, teacher].map((f) => unitVectors(reshape(f, [f.shape[0], -1]), [1])) as [Tensor2D, Tensor2D];
  return mean(magnitude(sub(own, other)), 1);
}

/**
 * Factor transfer (FT): what a translator makes of the student's map has the direction of what a paraphraser makes of the frozen teacher's.
 *
 * L = β Σ_taps mean |f_S / ‖f_S‖ − f_T / ‖f_T‖|, {@link factorDifference}; f_T = encode(F_T) by a paraphraser, f_S = translate(F_S) by three convolutions 3×3
 * C_s → C_s with bias and leaky ReLU (0.1) [inferred], one translator for each map. Its weight, 1 [ours], is the stage's.
 *
 * Asks for a stage that trains paraphrasers. Reads one encoder's and one decoder's map of each pair; no labels, so all pictures count. Trains the student and the
 * translators, which are not part of it afterwards. Term `factors`.
 *
 * methods.md 3.8; Kim, Park and Kwak, NeurIPS 2018.
 *
 * @throws classics/other-size
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [supervised(), factorTransfer()], …rest })
 */
export function factorTransfer<const S extends string = QuarterTap, const T extends string = QuarterTap>(
  options: FactorTransferOptions<S, T> = {},
): Method<"factor-transfer", { student: S; teacher: T }> {
  const { beta = 200 } = options;
  const pairs = pairsOrQuarter(options.pairs);
  const through = paraphrased(pairs, options.paraphraser);
  return {
    name: "factor-transfer",
    options: { pairs: pairsAsData(pairs), beta, paraphraser: through.options },
    wants: { student: tapsOf(pairs, "student"), teacher: tapsOf(pairs, "teacher") },
    uses: through.uses,
    stages: through.stages,
    build: (site) => {
      const { net, scope } = site;
      const taps = tapPairs(pairs);
      requireOneSize("factor-transfer", net, taps);
      const paraphrase = through.encoders(site).flatMap(({ encoder, decoder }) => [encoder, decoder]);
      const translators = taps.map(({ student }, i) => {
        const { channels } = net.student.taps[student];
        const { build } = translator([channels, channels, channels, channels]);
        return scope.module(`translator-${i + 1}`, (make) => ({ run: build(make, "conv") }));
      });
      return {
        trains: translators,
        terms: [
          {
            name: "factors",
            loss: ({ net: { student, teacher } }) => {
              const differences = taps.map((one, i) =>
                factorDifference(float32Barrier(translators[i]!.run(student.tap(one.student))), paraphrase[i]!(teacher.tap(one.teacher))),
              );
              return meanOver(mul(addN(differences), beta));
            },
          },
        ],
      };
    },
  };
}
