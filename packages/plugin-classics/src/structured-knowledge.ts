import { maximum, mean, mul, squaredDifference, sum, div, type Tensor1D, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { crossEntropy, matMul, softmax, unitVectors } from "@segdistill/backend/ops";
import { meanOver, totalOf, type Method, type Step, type Term } from "@segdistill/core";
import { enum as oneOf, literal, number, strictObject, union } from "zod";
import { cellMaxima } from "./cell-maxima.js";
import { adversarialOption, conditionalAdversary, type AdversarialOptions } from "./conditional-adversary.js";
import { requireOneSize, tapsOption, type TapPair } from "./tap-pairs.js";

/** What a configuration may say; unknown keys are refused. */
export const structuredKnowledgeOptions = strictObject({
  taps: tapsOption("encoder/4", "maps whose pairs of positions are compared, the encoders' at a quarter of the picture's size [code]"),
  kernel: union([literal("half"), number().int().min(1)])
    .default("half")
    .describe("of the max pool before pairs are formed: half the map's size [inferred], or a number of positions"),
  pixel: number().min(0).default(1).describe("weight of the pixel-wise term; 1 in the group's code [code], 10 in the original"),
  pair: number().min(0).default(0.1).describe("weight of the pair-wise term; 0.1 in the group's code [code], 1 or 0.5 in the original"),
  reduction: oneOf(["sum", "mean"]).default("sum").describe("of the pixel-wise term over pictures: sum [code] or mean [ours]"),
  adversarial: union([literal(false), adversarialOption({ weight: 0.1, rate: 4e-4 })])
    .default(false)
    .describe("a discriminator of pictures with predictions; left out [ours]"),
});

export interface StructuredKnowledgeOptions<S extends string, T extends string> {
  /** The map of each network whose pairs of positions are compared: `encoder/4` of both [code]. */
  readonly taps?: TapPair<S, T>;
  /** Kernel and stride of the max pool before pairs are formed: "half" the map's size, so that 2 × 2 cells are left [inferred], or a number. */
  readonly kernel?: "half" | number;
  /** Weight of the pixel-wise term. 1 [code]; 10 in the original. */
  readonly pixel?: number;
  /** Weight of the pair-wise term. 0.1 [code]; 1, or 0.5 in the run script, in the original. */
  readonly pair?: number;
  /** Over pictures, of the pixel-wise term: "sum" [code] or "mean" [ours]. */
  readonly reduction?: "sum" | "mean";
  /** The original's third part: weight 0.1, rate 4e-4 [code: original], against the conditional PatchGAN [ours]. false, left out [ours]. */
  readonly adversarial?: AdversarialOptions | false;
}

/**
 * −Σ_k p_T log p_S of every pixel. Logits `[B, H, W, K]`, result `[B, H, W]`, in nats. Where p_S = p_T it is the teacher's entropy, not 0, and has gradient 0.
 *
 * methods.md 3.8, SKD [code].
 */
export const softCrossEntropy = (student: Tensor4D, teacher: Tensor4D): Tensor3D => crossEntropy(student, softmax(teacher)) as Tensor3D;

/**
 * Cosines between every two cells: a_uv = ⟨F̂_u, F̂_v⟩ of the {@link cellMaxima} F_u, each of length 1. `map` `[B, h, w, C]`, result `[B, n′, n′]` in [−1, 1].
 *
 * methods.md 3.8, SKD [code; kernel: inferred].
 *
 * @throws classics/skd-map
 */
export function cellSimilarity(map: Tensor4D, { kernel }: { readonly kernel: "half" | number }): Tensor3D {
  const cells = unitVectors(cellMaxima(map, kernel), [2]); // [B, n′, C]
  return matMul(cells, cells, { transposeB: true }) as Tensor3D;
}

/** (1/n′²) Σ_uv (a_S − a_T)² of every image, `[B]`, of {@link cellSimilarity}; channels may differ. */
export const pairDifference = (student: Tensor4D, teacher: Tensor4D, options: { readonly kernel: "half" | number }): Tensor1D =>
  mean(squaredDifference(cellSimilarity(student, options), cellSimilarity(teacher, options)), [1, 2]);

/**
 * Structured knowledge distillation (SKD): the frozen teacher's classes pixel by pixel, and its likeness between parts of the picture.
 *
 * L = w_pi Σ_b mean_u (−Σ_k p_T log p_S) + w_pa mean_{b,u,v} (a_S − a_T)², {@link softCrossEntropy} and {@link cellSimilarity}. The first is summed over the batch
 * [code] and its mean runs over the image's valid pixels [ours: valid]; `reduction: "mean"` averages over images [ours].
 *
 * Reads both networks' logits and one map of each; no labels, so all pictures count. Trains the student only; the discriminator, if there is one, learns on
 * its own. Terms `pixels`, `pairs`, and `adversarial` where it is asked for.
 *
 * methods.md 3.8 [code]; Liu et al., CVPR 2019, and TPAMI 2020.
 *
 * @throws classics/other-size, classics/skd-map, classics/picture-too-small
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [supervised(), structuredKnowledge()], …rest })
 */
export function structuredKnowledge<const S extends string = "encoder/4", const T extends string = "encoder/4">(
  options: StructuredKnowledgeOptions<S, T> = {},
): Method<"structured-knowledge", { student: S; teacher: T }> {
  const { kernel = "half", pixel = 1, pair = 0.1, reduction = "sum" } = options;
  const taps = options.taps ?? ({ student: "encoder/4", teacher: "encoder/4" } as TapPair<S, T>);
  const adversarial = options.adversarial
    ? { weight: 0.1, loss: "wgan-gp" as const, rate: 4e-4, width: 64, ...options.adversarial }
    : false;
  type Here = Step<{ student: S; teacher: T }>;
  return {
    name: "structured-knowledge",
    options: { taps: { ...taps }, kernel, pixel, pair, reduction, adversarial },
    wants: { student: [taps.student], teacher: [taps.teacher] },
    build: (site) => {
      if (kernel !== "half") requireOneSize("structured-knowledge", site.net, [taps]);
      const opponent = adversarial && conditionalAdversary<Here>("structured-knowledge", site, adversarial);
      const terms: Term<Here>[] = [
        {
          name: "pixels",
          weight: pixel,
          loss: ({ net, valid }) => {
            const counted = mul(softCrossEntropy(net.student.logits, net.teacher.logits), valid);
            const each = div(sum(counted, [1, 2]), maximum(sum(valid, [1, 2]), 1));
            return reduction === "sum" ? totalOf(each) : meanOver(each);
          },
        },
        {
          name: "pairs",
          weight: pair,
          loss: ({ net: { student, teacher } }) =>
            meanOver(pairDifference(student.tap(taps.student), teacher.tap(taps.teacher), { kernel })),
        },
      ];
      return { terms: opponent ? [...terms, opponent.term] : terms, adversaries: opponent ? [opponent.adversary] : [] };
    },
  };
}
