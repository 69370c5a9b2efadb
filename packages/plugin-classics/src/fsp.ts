import { addN, mean, mul, reshape, squaredDifference, type Tensor1D, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { matMul, maxPool } from "@segdistill/backend/ops";
import { meanOver, type Method } from "@segdistill/core";
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
import { strictObject } from "zod";
import { unevenRatio } from "./errors.js";

/** What a configuration may say; unknown keys are refused. */
export const fspOptions = strictObject({ pairs: pairsOption, paraphraser: paraphraserOption });

export interface FspOptions<S extends string, T extends string> {
  /** Layer pairs that are compared, summed over; one, at a quarter of the picture's size [code]. */
  readonly pairs?: readonly ComparedPair<S, T>[];
  readonly paraphraser?: ParaphraserOptions;
}

/** How many times larger one of two maps is, in height as in width: above 1 the encoder's, below the decoder's. */
function ratioOf(encoder: readonly [number, number], decoder: readonly [number, number]): number {
  const [rows, columns] = [encoder[0] / decoder[0], encoder[1] / decoder[1]];
  const whole = Number.isInteger(rows) || Number.isInteger(1 / rows);
  if (!whole || rows !== columns) throw unevenRatio(encoder, decoder);
  return rows;
}

/**
 * The flow between two layers of one network: G = (1/n) F_lᵀ F_m, F as n × C, l the encoder's map and m the decoder's. Where they differ in size the larger one is
 * max-pooled, by a whole number, and n counts positions after that.
 * `encoder` `[B, h, w, C]`, `decoder` `[B, h′, w′, C′]`, result `[B, C, C′]`.
 *
 * methods.md 3.8, FSP [code], 1.5 [ours: whole ratio, n].
 *
 * @throws classics/fsp-sizes
 */
export function flowMatrix(encoder: Tensor4D, decoder: Tensor4D): Tensor3D {
  const ratio = ratioOf([encoder.shape[1], encoder.shape[2]], [decoder.shape[1], decoder.shape[2]]);
  const one = ratio > 1 ? maxPool(encoder, { size: ratio }) : encoder;
  const other = ratio < 1 ? maxPool(decoder, { size: 1 / ratio }) : decoder;
  const [b, h, w] = one.shape;
  const [l, m] = [one, other].map((map) => reshape(map, [b, h * w, -1])) as [Tensor3D, Tensor3D]; // [B, n, C]
  return mul(matMul(l, m, { transposeA: true }), 1 / (h * w));
}

/** mean_{i,j} (G_S − G_T)² of every image, `[B]`, of two {@link flowMatrix}es `[B, C, C′]`. */
export const flowDifference = (student: Tensor3D, teacher: Tensor3D): Tensor1D => mean(squaredDifference(student, teacher), [1, 2]);

/**
 * Flow of the solution procedure (FSP): how the channels of an encoder's map go together with those of a decoder's, as in the frozen teacher, whose maps are
 * paraphrased to the student's channels.
 *
 * L = Σ_pairs mean_{b,i,j} (G_S − G_T)², {@link flowMatrix}. Student's maps c times as large give G_S c² and L c⁴ times as large. Its weight, 1 [ours], is the stage's.
 *
 * Asks for a stage that trains paraphrasers. Reads one encoder's and one decoder's map of each pair; no labels, so all pictures count. Trains the student only.
 * Term `flow`.
 *
 * methods.md 3.8 [code]; Yim et al., CVPR 2017.
 *
 * @throws classics/fsp-sizes
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [supervised(), fsp()], …rest })
 */
export function fsp<const S extends string = QuarterTap, const T extends string = QuarterTap>(
  options: FspOptions<S, T> = {},
): Method<"fsp", { student: S; teacher: T }> {
  const pairs = pairsOrQuarter(options.pairs);
  const through = paraphrased(pairs, options.paraphraser);
  return {
    name: "fsp",
    options: { pairs: pairsAsData(pairs), paraphraser: through.options },
    wants: { student: tapsOf(pairs, "student"), teacher: tapsOf(pairs, "teacher") },
    uses: through.uses,
    stages: through.stages,
    build: (site) => {
      const { net, picture } = site;
      const sizeAt = ({ stride }: { readonly stride: number }): [number, number] => [picture.height / stride, picture.width / stride];
      for (const { student, teacher } of pairs) {
        ratioOf(sizeAt(net.student.taps[student.encoder]), sizeAt(net.student.taps[student.decoder]));
        ratioOf(sizeAt(net.teacher.taps[teacher.encoder]), sizeAt(net.teacher.taps[teacher.decoder]));
      }
      const encoders = through.encoders(site);
      return {
        terms: [
          {
            name: "flow",
            loss: ({ net: { student: s, teacher: t } }) =>
              meanOver(
                addN(
                  pairs.map(({ student, teacher }, i) => {
                    const { encoder, decoder } = encoders[i]!;
                    const target = flowMatrix(encoder(t.tap(teacher.encoder)), decoder(t.tap(teacher.decoder)));
                    return flowDifference(flowMatrix(s.tap(student.encoder), s.tap(student.decoder)), target);
                  }),
                ),
              ),
          },
        ],
      };
    },
  };
}
