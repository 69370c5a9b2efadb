import { mul, reshape, squaredDifference, sum, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { matMul, unitVectors } from "@segdistill/backend/ops";
import { meanOver, type Method } from "@segdistill/core";
import { enum as oneOf, strictObject } from "zod";
import { inRow, regionMeans, regionsAt } from "./regions.js";
import { requireOneSize, tapsOption, type TapPair } from "./tap-pairs.js";

/** What a configuration may say; unknown keys are refused. */
export const intraClassVariationOptions = strictObject({
  taps: tapsOption("decoder/4", "maps that are compared, the decoders' at a quarter of the picture's size [code]"),
  weights: oneOf(["ours", "original"]).default("ours").describe("factor of the term: 1 [ours], or 200, the original's [code]"),
});

export interface IntraClassVariationOptions<S extends string, T extends string> {
  /** The map of each network: `decoder/4` of both [code]. */
  readonly taps?: TapPair<S, T>;
  /** "ours": factor 1, as all methods of our comparison have; "original": 200 [code]. */
  readonly weights?: "ours" | "original";
}

/**
 * How near every position is to its class: μ[u] = cos(F[u], g_y(u)), g_k the mean of F over the positions of class k, of one image. `map` `[B, h, w, C]`; `regions`
 * `[B, h, w, K]` of 0 and 1, at most one 1 a position; result `[B, h, w]` in [−1, 1], 0 where the position has no class. Gradients go through the means too.
 *
 * methods.md 3.8, IFVD [code; means per image: inferred]; that an absent class has mean 0, and vectors up to 1e-6 cosine 0, is ours.
 */
export function classSimilarity(map: Tensor4D, regions: Tensor4D): Tensor3D {
  const centres = unitVectors(regionMeans(map, regions), [2]); // [B, K, C]
  const own = reshape(matMul(inRow(regions), centres), map.shape); // the centre of each position's class, 0 where it has none
  return sum(mul(unitVectors(map), own), 3);
}

/**
 * Intra-class feature variation distillation (IFVD): within each class the student's map varies around its mean as the frozen teacher's does.
 *
 * L = mean_{b,u} (μ_S − μ_T)², {@link classSimilarity}, over positions whose pixel is valid, of labelled images; the labels are those of the nearest pixel. Channels
 * may differ. × 200 with `weights: "original"` [code]; the original's KD term (10) is `logits`, and its adversarial one (1e-3) is not part of this [ours].
 *
 * Reads one map of each network and labels. Trains the student only. Term `variation`.
 *
 * methods.md 3.8 [code]; Wang et al., ECCV 2020.
 *
 * @throws classics/other-size
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [supervised(), intraClassVariation()], …rest })
 */
export function intraClassVariation<const S extends string = "decoder/4", const T extends string = "decoder/4">(
  options: IntraClassVariationOptions<S, T> = {},
): Method<"intra-class-variation", { student: S; teacher: T }> {
  const { weights = "ours" } = options;
  const taps = options.taps ?? ({ student: "decoder/4", teacher: "decoder/4" } as TapPair<S, T>);
  return {
    name: "intra-class-variation",
    options: { taps: { ...taps }, weights },
    wants: { student: [taps.student], teacher: [taps.teacher] },
    build: ({ net }) => {
      requireOneSize("intra-class-variation", net, [taps]);
      return {
        terms: [
          {
            name: "variation",
            weight: weights === "original" ? 200 : 1,
            loss: (step) => {
              const [own, other] = [step.net.student.tap(taps.student), step.net.teacher.tap(taps.teacher)];
              const regions = regionsAt(step, [own.shape[1], own.shape[2]]);
              const apart = squaredDifference(classSimilarity(own, regions), classSimilarity(other, regions));
              return meanOver(apart, sum(regions, 3)); // a position counts where it has a class
            },
          },
        ],
      };
    },
  };
}
