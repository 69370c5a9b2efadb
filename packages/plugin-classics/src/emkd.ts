import {
  addN,
  div,
  expandDims,
  maximum,
  mean,
  minimum,
  mul,
  squaredDifference,
  sum,
  tensor2d,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { matMul, softenedDivergence, unitVectors } from "@segdistill/backend/ops";
import { meanOver, type Method } from "@segdistill/core";
import { pairsAsData, pairsOption, pairsOrQuarter, tapsOf, type ComparedPair, type QuarterTap } from "@segdistill/layer-pairs";
import { number, strictObject } from "zod";
import { attentionMap } from "./attention.js";
import { regionMeans, regionsAt, sizesOf } from "./regions.js";
import { requireOneSize, tapPairs } from "./tap-pairs.js";

/** What a configuration may say; unknown keys are refused. */
export const emkdOptions = strictObject({
  pairs: pairsOption,
  temperature: number().positive().default(4).describe("divides both networks' logits [code]"),
  prediction: number().min(0).default(0.1).describe("weight of the prediction maps' term [code]"),
  importance: number().min(0).default(0.9).describe("weight of the importance maps' term [code]"),
  regions: number().min(0).default(0.9).describe("weight of the region affinities' term [code]"),
});

export interface EmkdOptions<S extends string, T extends string> {
  /** Layer pairs whose maps are compared, summed over: the encoder's is the low, the decoder's the high feature [ours]; one, at a quarter of the picture's size. */
  readonly pairs?: readonly ComparedPair<S, T>[];
  /** Of the prediction maps. 4 [code] */
  readonly temperature?: number;
  /** Weight of the prediction maps' term. 0.1 [code] */
  readonly prediction?: number;
  /** Weight of the importance maps' term. 0.9 [code] */
  readonly importance?: number;
  /** Weight of the region affinities' term. 0.9 [code] */
  readonly regions?: number;
}

/**
 * τ²·KL(p_T ‖ p_S) of every pixel at temperature τ. Logits `[B, H, W, K]`, result `[B, H, W]`, in nats, at least 0.
 *
 * methods.md 3.8, EMKD's prediction map distillation (PMD) [code].
 */
export const predictionDifference = (student: Tensor4D, teacher: Tensor4D, { temperature }: { readonly temperature: number }): Tensor3D =>
  softenedDivergence(student, teacher, temperature) as Tensor3D;

/**
 * mean_u (N_S − N_T)² of every image, `[B]`, N = norm(mean_c F⁴) over the positions of an image. Maps `[B, h, w, C]` of one size; channels may differ.
 * Sum or mean over channels is the same here: the norm takes the factor away.
 *
 * methods.md 3.8, EMKD's importance map distillation (IMD) [code; mean over positions: ours].
 */
export const importanceDifference = (student: Tensor4D, teacher: Tensor4D): Tensor1D =>
  mean(squaredDifference(attentionMap(student, { power: 4 }), attentionMap(teacher, { power: 4 })), 1);

/**
 * Affinities of every two regions: cos(r_i, r_j), r_k the mean of F over region k. `map` `[B, h, w, C]`, `regions` `[B, h, w, K]` of 0 and 1; result `[B, K, K]`.
 *
 * methods.md 3.8, EMKD's region affinity distillation (RAD) [code].
 */
export function regionAffinity(map: Tensor4D, regions: Tensor4D): Tensor3D {
  const centres = unitVectors(regionMeans(map, regions), [2]); // [B, K, C]
  return matMul(centres, centres, { transposeB: true }) as Tensor3D;
}

/**
 * (cos(r_0, r_1)_S − cos(r_0, r_1)_T)² of every image, `[B]`; for more than two regions the mean over pairs that are present [ours]. `counts` `[B]` is 1 where
 * there is a pair, and 0 with difference 0 elsewhere. methods.md 3.8, RAD.
 */
export function regionDifference(
  student: Tensor4D,
  teacher: Tensor4D,
  regions: Tensor4D,
): { readonly difference: Tensor1D; readonly counts: Tensor1D } {
  const classes = regions.shape[3];
  const present: Tensor = minimum(sizesOf(regions), 1); // [B, K]
  const once = tensor2d(Array.from({ length: classes }, (_, i) => Array.from({ length: classes }, (__, j) => Number(i < j))));
  const pairs: Tensor = mul(mul(expandDims(present, 2), expandDims(present, 1)), once); // [B, K, K]
  const apart: Tensor = mul(squaredDifference(regionAffinity(student, regions), regionAffinity(teacher, regions)), pairs);
  const many: Tensor1D = sum(pairs, [1, 2]);
  return { difference: div(sum(apart, [1, 2]), maximum(many, 1)), counts: minimum(many, 1) };
}

/**
 * Efficient medical segmentation knowledge distillation (EMKD, 2021): predictions, importance maps and affinities of regions as the frozen teacher's.
 *
 * L = 0.1·L_PMD + 0.9·L_IMD + 0.9·L_RAD: {@link predictionDifference}, mean over valid pixels of all images [ours]; {@link importanceDifference}, mean over images;
 * {@link regionDifference}, mean over the labelled images that have two regions at least in each of the maps. The last two are summed over the encoder's and the
 * decoder's map of each pair. The supervised term is a method of its own: cross-entropy in our comparison [ours], half focal loss and half Dice in the
 * original's recipe.
 *
 * Reads logits, one encoder's and one decoder's map of each pair, and labels for the regions. Trains the student only. Terms `prediction-maps`,
 * `importance-maps`, `region-affinity`.
 *
 * methods.md 3.8 [code]; Qin et al., IEEE TMI 2021. Other projects have the same short name.
 *
 * @throws classics/other-size
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [supervised(), emkd()], …rest })
 */
export function emkd<const S extends string = QuarterTap, const T extends string = QuarterTap>(
  options: EmkdOptions<S, T> = {},
): Method<"emkd", { student: S; teacher: T }> {
  const { temperature = 4, prediction = 0.1, importance = 0.9, regions = 0.9 } = options;
  const pairs = pairsOrQuarter(options.pairs);
  return {
    name: "emkd",
    options: { pairs: pairsAsData(pairs), temperature, prediction, importance, regions },
    wants: { student: tapsOf(pairs, "student"), teacher: tapsOf(pairs, "teacher") },
    build: ({ net }) => {
      const taps = tapPairs(pairs);
      requireOneSize("emkd", net, taps);
      return {
        terms: [
          {
            name: "prediction-maps",
            weight: prediction,
            loss: ({ net: { student, teacher }, valid }) =>
              meanOver(predictionDifference(student.logits, teacher.logits, { temperature }), valid),
          },
          {
            name: "importance-maps",
            weight: importance,
            loss: ({ net: { student, teacher } }) =>
              meanOver(addN(taps.map((one) => importanceDifference(student.tap(one.student), teacher.tap(one.teacher))))),
          },
          {
            name: "region-affinity",
            weight: regions,
            loss: (step) => {
              const each = taps.map((one) => {
                const own = step.net.student.tap(one.student);
                const at = regionsAt(step, [own.shape[1], own.shape[2]]);
                return regionDifference(own, step.net.teacher.tap(one.teacher), at);
              });
              return meanOver(addN(each.map(({ difference }) => difference)), ...each.map(({ counts }) => counts));
            },
          },
        ],
      };
    },
  };
}
