import { mean, mul, square, squaredDifference, sub, sum, type Tensor } from "@tensorflow/tfjs-core";
import { unitVectors } from "@segdistill/backend/ops";
import { innerProducts, squaredDistances } from "./salience.js";

/** What of the variation graph is compared, and how. Three readings, for the formula is not published where it could be read [ours]. */
export type Reading = "R1" | "R2" | "R3";

/** Nodes of one network's two layers, each [B, C, p²]: what `salience` gives. */
export interface TwoLayers {
  readonly encoder: Tensor;
  readonly decoder: Tensor;
}

/** How the nodes, or the edges, change from the encoder's layer to the decoder's: [B, …]. */
type Variation = (layers: TwoLayers) => Tensor;

const difference =
  (of: (nodes: Tensor) => Tensor): Variation =>
  ({ encoder, decoder }) =>
    sub(of(decoder), of(encoder));

const itself = (nodes: Tensor): Tensor => nodes;

const variations: Readonly<Record<Reading, { readonly vertex: Variation; readonly edge: Variation }>> = {
  R1: { vertex: difference(itself), edge: difference(innerProducts) },
  R2: {
    vertex: ({ encoder, decoder }) => sum(squaredDifference(decoder, encoder), -1),
    edge: (layers) => square(difference(squaredDistances)(layers)),
  },
  R3: { vertex: difference((nodes) => unitVectors(nodes)), edge: difference((nodes) => innerProducts(unitVectors(nodes))) },
};

/**
 * How far the student's variation graph is from the teacher's, squared, entry by entry. Nodes [B, C, p²] of both layers of both networks; the teacher's come from
 * its paraphrased maps, so channel i of one is compared with channel i of the other.
 *
 * | reading | vertex | edge |
 * | --- | --- | --- |
 * | R1 | Δν = ν^m − ν^l, [B, C, p²] | ΔE = E^m − E^l, E = ν νᵀ, [B, C, C] |
 * | R2 | η = ‖ν^m − ν^l‖², [B, C] | ε = (e^m − e^l)², e_ij = ‖ν_i − ν_j‖², [B, C, C] |
 * | R3 | as R1, of ν / ‖ν‖ | as R1, of ν / ‖ν‖: cosines |
 *
 * The result is (what is in the table of the student − that of the teacher)². R1 is summed over everything, R2 and R3 are averaged.
 * methods.md 3.2.2: vertices, edges and their variation between layers [paper]; the formulas [ours].
 *
 * @example mean(sum(variationDistance("R1", "vertex", student, teacher), [1, 2]))
 */
export function variationDistance(reading: Reading, of: "vertex" | "edge", student: TwoLayers, teacher: TwoLayers): Tensor {
  const variation = variations[reading][of];
  return squaredDifference(variation(student), variation(teacher));
}

/**
 * The whole distance as one number: Σ over everything, batch included (R1), or the mean (R2, R3). For R1 with `batchScale` 8/B times the sum.
 *
 * @example graphFlowLoss("R1", "edge", student, teacher) // a scalar
 */
export function graphFlowLoss(
  reading: Reading,
  of: "vertex" | "edge",
  student: TwoLayers,
  teacher: TwoLayers,
  { batchScale = false }: { readonly batchScale?: boolean } = {},
): Tensor {
  const distance = variationDistance(reading, of, student, teacher);
  if (reading !== "R1") return mean(distance);
  return batchScale ? mul(8 / distance.shape[0], sum(distance)) : sum(distance);
}
