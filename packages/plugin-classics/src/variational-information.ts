import { add, addN, div, log, mean, mul, squaredDifference, type Tensor1D, type Tensor4D } from "@tensorflow/tfjs-core";
import { float32Barrier, relu, softplus } from "@segdistill/backend/ops";
import { meanOver, type Method } from "@segdistill/core";
import type { Make } from "@segdistill/core/contract";
import { pairsAsData, pairsOption, pairsOrQuarter, tapsOf, type ComparedPair, type QuarterTap } from "@segdistill/layer-pairs";
import { conv } from "@segdistill/models/blocks";
import { strictObject } from "zod";
import { requireOneSize, tapPairs } from "./tap-pairs.js";

/** What a configuration may say; unknown keys are refused. */
export const variationalInformationOptions = strictObject({ pairs: pairsOption });

export interface VariationalInformationOptions<S extends string, T extends string> {
  /** Layer pairs that are compared, summed over; one, at a quarter of the picture's size [code]. */
  readonly pairs?: readonly ComparedPair<S, T>[];
}

const FLOOR = 1e-6;
const START = 5;

/**
 * ½ mean_{u,c} [(F_T − μ)² / s_c + log s_c] of every image, `[B]`: the negative log-likelihood of the teacher's map under a normal law, up to a constant. May be
 * negative. `teacher` and `guess` (μ) `[B, h, w, C]`, `variance` (s) `[C]`, above 0.
 *
 * methods.md 3.8, VID [code: form].
 */
export const negativeLogLikelihood = (teacher: Tensor4D, guess: Tensor4D, variance: Tensor1D): Tensor1D =>
  mul(mean(add(div(squaredDifference(teacher, guess), variance), log(variance)), [1, 2, 3]), 0.5);

/**
 * What guesses a teacher's map from a student's: μ by three convolutions 1×1 from → to → to → to without bias, with ReLU between them and none at the end, and
 * a variance s = softplus(α) + 1e-6 for each channel, 5 at the start. Variables `conv1/kernel` to `conv3/kernel`, `alpha`.
 *
 * methods.md 3.8 [code: form; no bias, as in public implementations: inferred], 1.5 [ours: where the ReLUs are].
 */
export const regressor = (make: Make, { from, to }: { readonly from: number; readonly to: number }) => {
  const [first, second, last] = [from, to, to].map((width, i) =>
    conv({ in: width, out: to, size: 1 }).buildScaled(make, `conv${i + 1}`),
  ) as [(x: Tensor4D) => Tensor4D, (x: Tensor4D) => Tensor4D, (x: Tensor4D) => Tensor4D];
  const alpha = make.variable("alpha", [to], { constant: Math.log(Math.expm1(START - FLOOR)) }) as unknown as Tensor1D;
  return {
    guess: (map: Tensor4D): Tensor4D => float32Barrier(last(relu(second(relu(first(map)))))),
    variance: (): Tensor1D => add(softplus(alpha), FLOOR),
  };
};

/**
 * Variational information distillation (VID): the student's map says as much as it can about the frozen teacher's, of which a {@link regressor} gives mean and
 * variance.
 *
 * L = Σ_taps mean_{b,u,c} ½ [(F_T − μ(F_S))² / s_c + log s_c], {@link negativeLogLikelihood}. Its value may be negative, and where μ = F_T only the variances
 * have a gradient. Its weight, 1 [ours], is the stage's.
 *
 * Reads one encoder's and one decoder's map of each pair; no labels, so all pictures count. Trains the student and the regressors with their variances, which are
 * not part of it afterwards. Term `likelihood`.
 *
 * methods.md 3.8 [code: form; rest inferred]; Ahn et al., CVPR 2019.
 *
 * @throws classics/other-size
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [supervised(), variationalInformation()], …rest })
 */
export function variationalInformation<const S extends string = QuarterTap, const T extends string = QuarterTap>(
  options: VariationalInformationOptions<S, T> = {},
): Method<"variational-information", { student: S; teacher: T }> {
  const pairs = pairsOrQuarter(options.pairs);
  return {
    name: "variational-information",
    options: { pairs: pairsAsData(pairs) },
    wants: { student: tapsOf(pairs, "student"), teacher: tapsOf(pairs, "teacher") },
    build: ({ net, scope }) => {
      const taps = tapPairs(pairs);
      requireOneSize("variational-information", net, taps);
      const regressors = taps.map(({ student, teacher }, i) =>
        scope.module(`regressor-${i + 1}`, (make) =>
          regressor(make, { from: net.student.taps[student].channels, to: net.teacher.taps[teacher].channels }),
        ),
      );
      return {
        trains: regressors,
        terms: [
          {
            name: "likelihood",
            loss: ({ net: { student, teacher } }) => {
              const each = taps.map((one, i) => {
                const { guess, variance } = regressors[i]!;
                return negativeLogLikelihood(teacher.tap(one.teacher), guess(student.tap(one.student)), variance());
              });
              return meanOver(addN(each));
            },
          },
        ],
      };
    },
  };
}
