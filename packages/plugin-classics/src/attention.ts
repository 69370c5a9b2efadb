import { addN, mean, pow, reshape, squaredDifference, sum, type Tensor1D, type Tensor2D, type Tensor4D } from "@tensorflow/tfjs-core";
import { unitVectors } from "@segdistill/backend/ops";
import { meanOver, type Method } from "@segdistill/core";
import { pairsAsData, pairsOption, pairsOrQuarter, tapsOf, type ComparedPair, type QuarterTap } from "@segdistill/layer-pairs";
import { number, strictObject } from "zod";
import { magnitude } from "./magnitude.js";
import { requireOneSize, tapPairs } from "./tap-pairs.js";

/** What a configuration may say; unknown keys are refused. */
export const attentionOptions = strictObject({
  pairs: pairsOption,
  power: number().min(1).default(1).describe("p of |F|^p; 1 in the group's code [code], 2 in the original"),
});

export interface AttentionOptions<S extends string, T extends string> {
  /** Layer pairs that are compared, summed over; one, at a quarter of the picture's size [code]. */
  readonly pairs?: readonly ComparedPair<S, T>[];
  /** p, 1 or more. 1, as in the group's code [code]; 2 in the original. */
  readonly power?: number;
}

/**
 * Where a network looks: Â[u] = A[u] / ‖A‖₂ over the positions u, A[u] = Σ_c |F[u, c]|^p.
 * `map` `[B, h, w, C]`, result `[B, h · w]` in [0, 1], rows of length 1, or 0 where the map is 0 throughout.
 *
 * methods.md 3.8, AT [code]; that a norm up to 1e-6 gives 0, not A / (‖A‖ + 1e-6), is ours (1.4).
 */
export function attentionMap(map: Tensor4D, { power }: { readonly power: number }): Tensor2D {
  const [b, h, w] = map.shape;
  const sizes = magnitude(map); // [B, h, w, C]
  const all = sum(power === 1 ? sizes : pow(sizes, power), 3);
  return unitVectors(reshape(all, [b, h * w]), [1]);
}

/** mean_u (Â_S[u] − Â_T[u])² of every image, `[B]`, of {@link attentionMap}s of maps of one size; their channels may differ. */
export const attentionDifference = (student: Tensor4D, teacher: Tensor4D, options: { readonly power: number }): Tensor1D =>
  mean(squaredDifference(attentionMap(student, options), attentionMap(teacher, options)), 1);

/**
 * Attention transfer (AT): the student looks where the frozen teacher looks.
 *
 * L = Σ_taps mean_{b,u} (Â_S − Â_T)², {@link attentionMap}, over the encoder's and the decoder's map of each pair. Does not change when a map is multiplied by a
 * number above 0. Its weight, 1 [ours], is the stage's.
 *
 * Reads one encoder's and one decoder's map of each pair; no labels, so all pictures count. Trains the student only. Term `maps`.
 *
 * methods.md 3.8 [code]; Zagoruyko and Komodakis, ICLR 2017.
 *
 * @throws classics/other-size
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [supervised(), attention()], …rest })
 */
export function attention<const S extends string = QuarterTap, const T extends string = QuarterTap>(
  options: AttentionOptions<S, T> = {},
): Method<"attention", { student: S; teacher: T }> {
  const { power = 1 } = options;
  const pairs = pairsOrQuarter(options.pairs);
  return {
    name: "attention",
    options: { pairs: pairsAsData(pairs), power },
    wants: { student: tapsOf(pairs, "student"), teacher: tapsOf(pairs, "teacher") },
    build: ({ net }) => {
      const taps = tapPairs(pairs);
      requireOneSize("attention", net, taps);
      return {
        terms: [
          {
            name: "maps",
            loss: ({ net: { student, teacher } }) =>
              meanOver(addN(taps.map((one) => attentionDifference(student.tap(one.student), teacher.tap(one.teacher), { power })))),
          },
        ],
      };
    },
  };
}
