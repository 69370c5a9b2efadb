import {
  abs,
  add,
  div,
  gather,
  greater,
  matMul,
  mean,
  mul,
  onesLike,
  reshape,
  sqrt,
  square,
  squaredDifference,
  sub,
  sum,
  tensor1d,
  tensor2d,
  transpose,
  where,
  zerosLike,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { adaptiveAvgPool } from "@segdistill/backend/ops";
import type { Similarity, TwoMaps } from "../src/index.js";

/** Errors that one could make in the feature similarities, each in one place of the implementation below. */
export const wrongDistances = [
  "products for cosines",
  "the encoder alone of length 1",
  "divided by the squared length",
  "root of a possible zero",
  "length plus 1e-6 for the rule of short vectors",
  "length over positions",
  "length of the whole picture",
  "absolute for squared difference",
  "difference not squared",
  "sum for mean over positions",
  "length over the batch",
  "the teacher's map in the student's size",
  "nearest for bilinear",
  "corners aligned",
  "decoder by encoder on one side",
  "the encoder by itself on one side",
  "one position for the mean of a cell",
  "cells of 16 for 32",
  "of length 1 before the mean of a cell",
  "sum for difference of self-affinities",
  "decoder less encoder on one side",
  "mean of the channels' cosines for one cosine",
  "Gram matrix not divided by positions",
  "Gram matrix of centred maps",
  "Gram matrix of vectors of length 1",
] as const;
export type WrongDistance = (typeof wrongDistances)[number] | "nothing";

/** Vectors along an axis divided by their length; 0 without gradient where it is no more than 1e-6. */
export function unit(x: Tensor, axis: number | number[], wrong: WrongDistance = "nothing"): Tensor {
  if (wrong === "products for cosines") return x;
  const squares = sum(square(x), axis, true);
  if (wrong === "root of a possible zero") return div(x, sqrt(squares));
  const long = greater(squares, 1e-12);
  const safe = where(long, squares, onesLike(squares));
  if (wrong === "length plus 1e-6 for the rule of short vectors") {
    const any = greater(squares, 0);
    const length = where(any, sqrt(where(any, squares, onesLike(squares))), zerosLike(squares));
    return div(x, add(length, 1e-6));
  }
  return where(long, div(x, wrong === "divided by the squared length" ? safe : sqrt(safe)), zerosLike(x));
}

/** [to, from]: what weight an entry of `from` has in one of `to`. */
function spread(from: number, to: number, wrong: WrongDistance): Tensor {
  const rows = Array.from({ length: to }, (_, i) => {
    const aligned = wrong === "corners aligned" && to > 1;
    const at = aligned ? (i * (from - 1)) / (to - 1) : Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const place = wrong === "nearest for bilinear" ? Math.round(at) : at;
    return Array.from({ length: from }, (__, j) => Math.max(0, 1 - Math.abs(place - j)));
  });
  return tensor2d(rows);
}

/** [B, h, w] in another size, along one axis after the other. */
function resized(map: Tensor, [rows, columns]: readonly [number, number], wrong: WrongDistance): Tensor {
  const [b, h, w] = map.shape as [number, number, number];
  const wide = reshape(matMul(reshape(map, [b * h, w]), spread(w, columns, wrong), false, true), [b, h, columns]);
  const turned = reshape(transpose(wide, [0, 2, 1]), [b * columns, h]);
  return transpose(reshape(matMul(turned, spread(h, rows, wrong), false, true), [b, columns, rows]), [0, 2, 1]);
}

/** Vectors of length 1 of a map's cells, [B, n, C]. */
function vectors(map: Tensor4D, cells: readonly [number, number], wrong: WrongDistance): Tensor {
  const [b, h, w] = map.shape;
  const taken = (count: number, size: number): Tensor => tensor1d(Array.from({ length: count }, (_, i) => Math.floor((i * size) / count)), "int32"); // prettier-ignore
  const before = wrong === "of length 1 before the mean of a cell" ? (unit(map, 3) as Tensor4D) : map;
  const pooled =
    wrong === "one position for the mean of a cell"
      ? gather(gather(before, taken(cells[0], h), 1), taken(cells[1], w), 2)
      : adaptiveAvgPool(before, [...cells]);
  return unit(reshape(pooled, [b, cells[0] * cells[1], -1]), axisOf(2, wrong, 1), wrong);
}

const axisOf = (right: number, wrong: WrongDistance, positions: number | number[]): number | number[] =>
  wrong === "length over positions" ? positions : wrong === "length over the batch" ? 0 : right;

/** LightVessel's feature distances [B] written a second time, with a switch for every error. */
export const wrongDistance =
  (wrong: WrongDistance) =>
  (similarity: Similarity, student: TwoMaps, teacher: TwoMaps): Tensor => {
    const most = wrong === "cells of 16 for 32" ? 16 : 32;
    const side = (axis: 1 | 2): number => Math.min(most, student.encoder.shape[axis], teacher.encoder.shape[axis]);
    const cells = [side(1), side(2)] as const;
    const products = (a: Tensor4D, b: Tensor4D): Tensor => matMul(vectors(a, cells, wrong), vectors(b, cells, wrong), false, true);
    const flat = (x: Tensor4D): Tensor => reshape(x, [x.shape[0], x.shape[1] * x.shape[2], x.shape[3]]);
    const of = ({ encoder: e, decoder: d }: TwoMaps, isTeacher: boolean): Tensor => {
      if (similarity === "cosine-map") {
        const axis = wrong === "length of the whole picture" ? [1, 2, 3] : axisOf(3, wrong, [1, 2]);
        const other = wrong === "the encoder alone of length 1" ? d : unit(d, axis, wrong);
        return sum(mul(unit(e, axis, wrong), other), 3);
      }
      if (similarity === "affinity") {
        if (wrong === "the encoder by itself on one side" && isTeacher) return products(e, e);
        return wrong === "decoder by encoder on one side" && isTeacher ? products(d, e) : products(e, d);
      }
      if (similarity === "self-affinity") {
        const [own, other] = [products(e, e), products(d, d)];
        if (wrong === "sum for difference of self-affinities") return add(own, other);
        return wrong === "decoder less encoder on one side" && isTeacher ? sub(other, own) : sub(own, other);
      }
      if (similarity === "channel") {
        if (wrong === "mean of the channels' cosines for one cosine") return mean(sum(mul(unit(flat(e), 1), unit(flat(d), 1)), 1), 1);
        const axis = wrong === "length over the batch" ? [0, 1, 2] : [1, 2];
        return sum(mul(unit(flat(e), axis, wrong), unit(flat(d), axis, wrong)), [1, 2]);
      }
      const short = wrong === "Gram matrix of vectors of length 1";
      const [a, b] = [e, d].map((x) => (short ? unit(flat(x), 2) : flat(x))) as [Tensor, Tensor];
      const centred = wrong === "Gram matrix of centred maps" ? sub(a, mean(a, 1, true)) : a;
      const gram = matMul(centred, b, true, false);
      return wrong === "Gram matrix not divided by positions" ? gram : div(gram, e.shape[1] * e.shape[2]);
    };
    const sizeOf = (x: Tensor): [number, number] => [x.shape[1]!, x.shape[2]!];
    let [own, other] = [of(student, false), of(teacher, true)];
    if (similarity === "cosine-map" && wrong === "the teacher's map in the student's size") other = resized(other, sizeOf(own), wrong);
    else if (similarity === "cosine-map") own = resized(own, sizeOf(other), wrong);
    const apart = wrong === "absolute for squared difference" ? abs(sub(own, other)) : wrong === "difference not squared" ? sub(own, other) : squaredDifference(own, other); // prettier-ignore
    const rows = reshape(apart, [apart.shape[0], -1]);
    return wrong === "sum for mean over positions" ? sum(rows, 1) : mean(rows, 1);
  };
