import {
  div,
  mean,
  reshape,
  squaredDifference,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { adaptiveAvgPool, matMul, resizeBilinear, unitVectors } from "@segdistill/backend/ops";
import { cosineMap, flatCosine } from "./cosine.js";

/** A network's map on the way down and the symmetric one on the way up, `[B, h, w, C]` both. */
export interface TwoMaps {
  readonly encoder: Tensor4D;
  readonly decoder: Tensor4D;
}
type Cells = readonly [rows: number, columns: number];

/** A map's vectors, averaged over cells: `[B, h, w, C]` to `[B, rows · columns, C]`. */
function pooled(map: Tensor4D, [rows, columns]: Cells): Tensor3D {
  const [b, h, w, c] = map.shape;
  return reshape(h === rows && w === columns ? map : adaptiveAvgPool(map, [rows, columns]), [b, rows * columns, c]);
}

/** The cosine of every position of one map and every position of another, after averaging over cells: A[b, u, v] = cos(a[b, u], b[b, v]). `[B, n, n]`, n = rows · columns. */
export const affinity = (a: Tensor4D, b: Tensor4D, cells: Cells): Tensor3D =>
  matMul(unitVectors(pooled(a, cells)), unitVectors(pooled(b, cells)), { transposeB: true }) as Tensor3D;

/** Gram matrix of the channels of two maps over their n positions: G[b, i, j] = (1/n) Σ_u a[b, u, i] · b[b, u, j]. `[B, C, C']`. methods.md 3.8, FSP [code]. */
export function gram(a: Tensor4D, b: Tensor4D): Tensor3D {
  const [, h, w] = a.shape;
  const flat = (x: Tensor4D): Tensor => reshape(x, [x.shape[0], h * w, x.shape[3]]);
  return div(matMul(flat(a), flat(b), { transposeA: true }), h * w);
}

/** How a network's two layers are held against each other. */
const measures = {
  "cosine-map": ({ encoder, decoder }) => cosineMap(encoder, decoder), // [B, h, w]
  affinity: ({ encoder, decoder }, cells) => affinity(encoder, decoder, cells), // [B, n, n]
  "self-affinity": ({ encoder, decoder }, cells) => sub(affinity(encoder, encoder, cells), affinity(decoder, decoder, cells)), // [B, n, n]
  channel: ({ encoder, decoder }) => flatCosine(encoder, decoder), // [B]
  fsp: ({ encoder, decoder }) => gram(encoder, decoder), // [B, C, C']
} satisfies Record<string, (maps: TwoMaps, cells: Cells) => Tensor>;

export type Similarity = keyof typeof measures;

/**
 * How far the similarity of the student's two layers is from that of the teacher's two: d[b] = mean (s_T − s_S)², s being
 *
 * - `cosine-map`: {@link cosineMap} `[B, h, w]`; the student's map s is resized bilinearly to the teacher's size. At most 4.
 * - `affinity`: {@link affinity} of encoder and decoder `[B, n, n]`. Sides above 32 are averaged to 32 cells, and those of the larger network to the smaller one's.
 * - `self-affinity`: affinity of the encoder with itself − that of the decoder with itself, which may have other channels.
 * - `channel`: {@link flatCosine}, one number an image.
 * - `fsp`: {@link gram}, which is no similarity: a control. The teacher's maps have to be brought to the student's channels before.
 *
 * None but the last has an axis of channels, so that the networks may differ in them. Maps `[B, h, w, C]`; within a network encoder and decoder have one size, and one number
 * of channels but for the last three. Result `[B]`.
 *
 * methods.md 3.3.1 and 1.5 [ours].
 *
 * @example featureDistance("cosine-map", { encoder: x2, decoder: up3 }, { encoder: c3, decoder: up7 })
 */
export function featureDistance(similarity: Similarity, student: TwoMaps, teacher: TwoMaps): Tensor1D {
  const side = (axis: 1 | 2): number => Math.min(32, student.encoder.shape[axis], teacher.encoder.shape[axis]);
  const of = (maps: TwoMaps): Tensor => measures[similarity](maps, [side(1), side(2)]);
  const [own, other] = [of(student), of(teacher)];
  const apart: Tensor = squaredDifference(similarity === "cosine-map" ? resized(own as Tensor3D, other as Tensor3D) : own, other);
  return mean(reshape(apart, [apart.shape[0], -1]), 1);
}

/** A map `[B, h, w]` in the size of another. */
function resized(map: Tensor3D, { shape: [b, h, w] }: Tensor3D): Tensor3D {
  if (map.shape[1] === h && map.shape[2] === w) return map;
  return reshape(resizeBilinear(reshape(map, [...map.shape, 1]), [h, w]), [b, h, w]);
}
