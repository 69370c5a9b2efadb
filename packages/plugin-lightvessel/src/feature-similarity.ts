import { addN } from "@tensorflow/tfjs-core";
import { meanOver, type Method, type Site } from "@segdistill/core";
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
import { enum as oneOf, strictObject } from "zod";
import { noPairs, otherChannels, otherSize } from "./errors.js";
import { featureDistance, type Similarity } from "./layer-similarity.js";

/** What a configuration may say, before it is known whether it fits together. */
export const featureSimilarityShape = strictObject({
  pairs: pairsOption,
  similarity: oneOf(["cosine-map", "affinity", "self-affinity", "channel", "fsp"])
    .default("cosine-map")
    .describe("how encoder and decoder are held against each other; fsp is a control that is no similarity [ours]"),
  paraphraser: paraphraserOption.unwrap().optional().describe("how the teacher is brought to the student's channels; fsp only"),
});

/** Paraphrasers stand in the FSP control only. */
export const paraphrasersFit = ({
  similarity,
  paraphraser,
}: {
  readonly similarity: Similarity;
  readonly paraphraser?: unknown;
}): boolean => similarity === "fsp" || paraphraser === undefined;
export const misplaced = { path: ["paraphraser"], error: 'only similarity "fsp" reads the teacher through paraphrasers' };

/** What a configuration may say; unknown keys are refused. */
export const featureSimilarityOptions = featureSimilarityShape.refine(paraphrasersFit, misplaced);

interface Pairs<S extends string, T extends string> {
  /** Layer pairs that are compared, summed over; one, at a quarter of the picture's size [ours]. */
  readonly pairs?: readonly ComparedPair<S, T>[];
}

export type FeatureSimilarityOptions<S extends string, T extends string> =
  | (Pairs<S, T> & {
      /** {@link featureDistance}. "cosine-map" [ours] */
      readonly similarity?: Exclude<Similarity, "fsp">;
      readonly paraphraser?: never;
    })
  | (Pairs<S, T> & {
      /** The control: Gram matrices, the teacher through paraphrasers. */
      readonly similarity: "fsp";
      readonly paraphraser?: ParaphraserOptions;
    });

/** Similarities that multiply encoder and decoder channel by channel. */
const channelByChannel: readonly Similarity[] = ["cosine-map", "affinity", "channel"];

/**
 * Feature similarity, the first half of LightVessel: the student learns how alike its symmetric encoder and decoder layers are, as the frozen teacher's are. What their
 * similarity loses on the way down and up is what the paper calls semantic shift.
 *
 * L = Σ_pairs mean_{b,u} (s_T − s_S)², s = cos(E[b, u], D[b, u]) or another similarity: {@link featureDistance}. Its weight, λ = 1, is the stage's: `weigh(0.1, …)`.
 *
 * Reads one encoder's and one decoder's map of each pair `[B, h, w, C]` of both networks; no labels, so unlabelled images count. Trains the student only; with
 * `similarity: "fsp"` it asks for a stage that trains paraphrasers. Term `similarity`.
 *
 * methods.md 3.3.1: that the similarity of symmetric layers is distilled is [paper], every formula, pair and weight [ours].
 *
 * @throws lightvessel/no-pairs, lightvessel/other-size, lightvessel/other-channels
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [supervised(), featureSimilarity()], …rest })
 */
export function featureSimilarity<const S extends string = QuarterTap, const T extends string = QuarterTap>(
  options: FeatureSimilarityOptions<S, T> = {},
): Method<"feature-similarity", { student: S; teacher: T }> {
  const { similarity = "cosine-map", paraphraser = {} } = options;
  const pairs = pairsOrQuarter(options.pairs);
  if (pairs.length === 0) throw noPairs();
  const through = similarity === "fsp" ? paraphrased(pairs, paraphraser) : null;
  return {
    name: "feature-similarity",
    options: {
      pairs: pairsAsData(pairs),
      similarity,
      ...(through && { paraphraser: through.options }),
    },
    wants: { student: tapsOf(pairs, "student"), teacher: tapsOf(pairs, "teacher") },
    ...(through && { uses: through.uses, stages: through.stages }),
    build: (site) => {
      for (const pair of pairs) requireSymmetry(site.net, pair, similarity);
      const encoders = through?.encoders(site);
      return {
        terms: [
          {
            name: "similarity",
            loss: ({ net }) => {
              const each = pairs.map(({ student, teacher }, i) => {
                const own = { encoder: net.student.tap(student.encoder), decoder: net.student.tap(student.decoder) };
                const other = { encoder: net.teacher.tap(teacher.encoder), decoder: net.teacher.tap(teacher.decoder) };
                const to = encoders?.[i];
                const seen = to ? { encoder: to.encoder(other.encoder), decoder: to.decoder(other.decoder) } : other;
                return featureDistance(similarity, own, seen);
              });
              return meanOver(addN(each));
            },
          },
        ],
      };
    },
  };
}

/** A pair's layers are of one size in each network and, where they are multiplied channel by channel, of as many channels. */
function requireSymmetry<S extends string, T extends string>(
  net: Site<{ student: S; teacher: T }>["net"],
  pair: ComparedPair<S, T>,
  similarity: Similarity,
): void {
  const layers = {
    student: [pair.student.encoder, pair.student.decoder].map((tap) => ({ tap, ...net.student.taps[tap] })),
    teacher: [pair.teacher.encoder, pair.teacher.decoder].map((tap) => ({ tap, ...net.teacher.taps[tap] })),
  };
  for (const [whose, [encoder, decoder]] of Object.entries(layers)) {
    if (encoder!.stride !== decoder!.stride) throw otherSize(whose, encoder!, decoder!);
    if (channelByChannel.includes(similarity) && encoder!.channels !== decoder!.channels)
      throw otherChannels(whose, encoder!, decoder!, similarity);
  }
}
