import { add, div, mul, reshape, sum, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { softenedDivergence } from "@segdistill/backend/ops";
import { meanOver, totalOf, type Loss, type Method, type Step, type Term } from "@segdistill/core";
import { pairsAsData, pairsOrQuarter, paraphrased, tapsOf, type QuarterTap } from "@segdistill/layer-pairs";
import { adversarialTerms } from "./adversarial.js";
import { evenPatch } from "./errors.js";
import type { GraphFlowOptions } from "./options.js";
import { salience } from "./salience.js";
import { variationDistance, type TwoLayers } from "./variation.js";

/**
 * Graph Flow: the student learns how the salient content of every channel changes from an encoder's layer to a decoder's, as the frozen teacher's does.
 *
 * L = (1/|pairs|) Σ_pairs [λ₁·L_vertex + λ₂·L_edge] + λ₃·L_adv + λ₄·L_KD, beside the supervised term, which is a method of its own. Formulas:
 * `variationDistance`, `salience`; L_adv = −E[D(z_S)] against a discriminator of both networks' logits; L_KD = τ²·KL(p_T ‖ p_S) at temperature τ, mean over valid pixels.
 * With `batchScale` R1's sums are 8 times the mean over pictures: what 8 pictures would sum up to; so the published weights, which are a batch of 8's, keep their size.
 *
 * Asks for a stage that trains paraphrasers of the teacher's maps to the student's channels. Reads one encoder's and one decoder's map of each pair, and logits; no labels,
 * so unlabelled pictures count in every term. Trains the student only; the discriminator learns on its own. Terms `vertex`, `edge`, `adversarial`, `logits`.
 *
 * methods.md 3.2: terms and weights [code, paper], graph formulas [ours].
 *
 * @throws graphflow/patch, graphflow/patch-too-large, graphflow/picture-too-small
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [supervised(), graphFlow({ patch: 9 })], …rest })
 */
export function graphFlow<const S extends string = QuarterTap, const T extends string = QuarterTap>(
  options: GraphFlowOptions<S, T> = {},
): Method<"graph-flow", { student: S; teacher: T }> {
  const { patch = 3, border = "zero", reading = "R1", batchScale = true, paraphraser = {} } = options;
  const pairs = pairsOrQuarter(options.pairs);
  const { vertex = reading === "R3" ? 1 : 1e-5, edge = reading === "R3" ? 1 : 1e-9 } = options;
  const adversarial =
    options.adversarial === false ? false : { weight: 0.1, loss: "wgan-gp" as const, rate: 3e-5, width: 64, ...options.adversarial };
  const logits = options.logits === false ? false : { weight: 1, temperature: 1, ...options.logits };
  if (!Number.isInteger(patch) || patch % 2 !== 1) throw evenPatch(patch);
  const through = paraphrased(pairs, paraphraser);
  type Here = Step<{ student: S; teacher: T }>;

  return {
    name: "graph-flow",
    options: {
      pairs: pairsAsData(pairs),
      ...{ patch, border, reading, vertex, edge, batchScale, adversarial, logits },
      paraphraser: through.options,
    },
    wants: { student: tapsOf(pairs, "student"), teacher: tapsOf(pairs, "teacher") },
    uses: through.uses,
    stages: through.stages,
    build: (site) => {
      const encoders = through.encoders(site);
      const nodes = (map: Tensor4D): Tensor => salience(map, { patch, border });
      /** Nodes of both networks, which vertices and edges share. */
      const graphs = (step: Here): readonly { readonly student: TwoLayers; readonly teacher: TwoLayers }[] =>
        step.once("nodes", () =>
          pairs.map(({ student, teacher }, i) => ({
            student: { encoder: nodes(step.net.student.tap(student.encoder)), decoder: nodes(step.net.student.tap(student.decoder)) },
            teacher: {
              encoder: nodes(encoders[i]!.encoder(step.net.teacher.tap(teacher.encoder))),
              decoder: nodes(encoders[i]!.decoder(step.net.teacher.tap(teacher.decoder))),
            },
          })),
        );
      const flow = (of: "vertex" | "edge") => (step: Here) =>
        reduced(
          graphs(step).map(({ student, teacher }) => variationDistance(reading, of, student, teacher)),
          reading !== "R1" ? "mean" : batchScale ? "of-eight" : "sum",
        );
      const opponent = adversarial && adversarialTerms<Here>(site, adversarial);
      const terms: readonly (Term<Here> | false)[] = [
        { name: "vertex", weight: vertex, loss: flow("vertex") },
        { name: "edge", weight: edge, loss: flow("edge") },
        opponent && opponent.term,
        logits && {
          name: "logits",
          weight: logits.weight,
          loss: ({ net, valid }) => meanOver(softenedDivergence(net.student.logits, net.teacher.logits, logits.temperature), valid),
        },
      ];
      return { terms: terms.filter((term) => term !== false), adversaries: opponent ? [opponent.adversary] : [] };
    },
  };
}

/** The mean over pairs of their distances [B, …], each summed or averaged over all its entries; or 8 times the mean over pictures of each picture's sum. */
function reduced(distances: readonly Tensor[], how: "sum" | "mean" | "of-eight"): Loss {
  const perPicture = distances
    .map((distance) => {
      const [b = 1] = distance.shape;
      const total: Tensor = sum(reshape(distance, [b, -1]), 1);
      return how === "mean" ? div(total, distance.size / b) : how === "of-eight" ? mul(total, 8) : total;
    })
    .reduce((a, b) => add(a, b));
  const all = div(perPicture, distances.length);
  return how === "sum" ? totalOf(all) : meanOver(all);
}
